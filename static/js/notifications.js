// The bell: drops down the newest, tells aloud when there are more, and rests while nobody looks at the page.
(() => {
  "use strict";
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const button = bell.querySelector("[data-bell-button]");
  const list = document.getElementById("bell-list");
  const isOpen = () => !list.hidden;

  const show = (isShown) => {
    list.hidden = !isShown;
    button.setAttribute("aria-expanded", String(isShown));
    if (isShown) window.htmx?.trigger(list, "bellOpened");
  };
  // Without this script it is a link to the page of all.
  button.setAttribute("role", "button");
  button.setAttribute("aria-controls", "bell-list");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(!isOpen());
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    button.click();
  });

  const links = () => [...list.querySelectorAll("a, button")];
  bell.addEventListener("keydown", (event) => {
    if (!isOpen()) return;
    if (event.key === "Escape") {
      show(false);
      button.focus();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const all = links();
    const next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) button.focus();
    else all[Math.min(next, all.length - 1)]?.focus();
  });
  const closeOutside = (event) => {
    // What a click has replaced is in the page no more.
    if (isOpen() && event.target.isConnected && !bell.contains(event.target)) show(false);
  };
  document.addEventListener("click", closeOutside);
  document.addEventListener("focusin", closeOutside);

  // A line that marks itself is replaced: the keyboard goes on with its new button.
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = event.detail.requestConfig?.elt;
    if (!form?.matches?.(".nt-mark")) return;
    const address = form.getAttribute("action").replace(/(un)?read\/$/, "");
    document.querySelector(`.nt-mark[action^="${CSS.escape(address)}"] button`)?.focus();
  });

  // Counting
  const count = () => document.getElementById("bell-count");
  let known = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === count() && document.hidden) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && count()) window.htmx?.trigger(count(), "bellWoken");
  });
  document.addEventListener("htmx:afterSettle", () => {
    const now = count()?.dataset.count;
    if (now === undefined || Number(now) === known) return;
    if (known !== null && Number(now) > known) document.getElementById("live").textContent = count().dataset.said;
    known = Number(now);
    if (isOpen() && !list.contains(document.activeElement)) window.htmx?.trigger(list, "bellOpened");
  });
})();
