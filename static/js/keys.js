// The keyboard: `/` or Ctrl-K search, `g` and a letter go, `n` new, `e` edit, `j` `k` along a list, `?` the list of keys.
(() => {
  "use strict";
  const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable], .ts-wrapper") !== null;
  const follow = (selector) => document.querySelector(selector)?.click();
  let waitsForPlace = false;

  const focusSearch = () => {
    const box = document.getElementById("search-box");
    box?.focus();
    box?.select();
  };
  const go = (letter) => {
    const place = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
    if (place) location.assign(place.dataset.url);
  };
  const rows = () => [...document.querySelectorAll("tr[data-href]")];
  const stepRow = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.classList.contains("is-active"));
    all[now]?.classList.remove("is-active");
    const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
    next.classList.add("is-active");
    next.querySelector("a[href]")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const acts = {
    "/": focusSearch,
    "?": () => document.getElementById("keys")?.showModal(),
    n: () => follow("[data-new-first]"),
    e: () => follow("[data-edit]"),
    j: () => stepRow(1),
    k: () => stepRow(-1),
    g: () => {
      waitsForPlace = true;
      setTimeout(() => (waitsForPlace = false), 1500);
    },
  };

  const onCombination = (event) => {
    const key = event.key.toLowerCase();
    if (key === "k" && !event.shiftKey) {
      event.preventDefault();
      focusSearch();
    }
    if (key === "enter") event.target.closest?.("form")?.querySelector("[data-save]")?.click();
  };
  const onLetter = (event) => {
    if (waitsForPlace) {
      waitsForPlace = false;
      go(event.key);
      return;
    }
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      onCombination(event);
      return;
    }
    if (event.key === "Escape" && event.target.id === "search-box") event.target.blur();
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    onLetter(event);
  });
})();
