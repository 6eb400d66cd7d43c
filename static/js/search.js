// The live results under the search box: arrows move in them, Escape and a click elsewhere close them.
(() => {
  "use strict";
  const box = document.getElementById("search-box");
  const results = document.getElementById("search-results");
  if (!box || !results) return;
  const close = () => results.replaceChildren();
  const links = () => [...results.querySelectorAll("a")];

  const move = (event, step) => {
    const all = links();
    if (!all.length) return;
    event.preventDefault();
    const next = all.indexOf(document.activeElement) + step;
    if (next < 0) box.focus();
    else all[Math.min(next, all.length - 1)].focus();
  };
  box.form.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(event, 1);
    if (event.key === "ArrowUp") move(event, -1);
    if (event.key === "Escape") {
      close();
      if (event.target !== box) box.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!box.form.contains(event.target)) close();
  });
  document.addEventListener("focusin", (event) => {
    if (!box.form.contains(event.target)) close();
  });
  // An answer that comes after the page was left for its results would open over them.
  box.form.addEventListener("submit", () => window.htmx?.trigger(box, "htmx:abort"));
})();
