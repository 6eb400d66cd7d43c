// The keyboard; `?` shows the list of keys, which is templates/ui/_keys.jinja.
(() => {
  "use strict";
  const TYPED_INTO =
    "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], .ts-wrapper";
  const isTyping = (target) => Boolean(target.closest?.(TYPED_INTO));
  const follow = (selector) => document.querySelector(selector)?.click();
  let waitsForPlace = false;

  // The letter of a key: what it writes in a Latin layout, and where it lies in any other, so that т is n.
  const letterOf = (event) => {
    if ("/?".includes(event.key)) return event.key;
    // A Cyrillic layout writes these with the key of the slash.
    if (event.code === "Slash" && event.key === ".") return "/";
    if (event.code === "Slash" && event.key === ",") return "?";
    if (event.shiftKey) return "";
    if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
    return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
  };

  const focusSearch = () => {
    const box = document.getElementById("search-box");
    box?.focus();
    box?.select();
  };
  const go = (letter) => {
    const place = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
    if (place) location.assign(place.dataset.url);
  };
  const rows = () => [...document.querySelectorAll("main [data-href]")];
  const activeRow = () => document.querySelector("main [data-href].is-active");
  const stepRow = (step) => {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(activeRow());
    all[now]?.classList.remove("is-active");
    const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
    next.classList.add("is-active");
    next.querySelector("a[href]")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  // To the box on a card, else to the page of its own.
  const log = () => {
    const box = document.querySelector("[data-log-text]");
    if (box) box.focus();
    else follow('[data-new-key="l"]');
  };
  const acts = {
    "/": focusSearch,
    "?": () => document.getElementById("keys")?.showModal(),
    n: () => follow("[data-new-first]"),
    l: log,
    e: () => follow("[data-edit]"),
    s: () => follow("main [data-save]"),
    j: () => stepRow(1),
    k: () => stepRow(-1),
    x: () => activeRow()?.querySelector("input[type=checkbox]")?.click(),
    g: () => {
      waitsForPlace = true;
      setTimeout(() => (waitsForPlace = false), 1500);
    },
  };

  const onCombination = (event) => {
    if (letterOf(event) === "k") {
      event.preventDefault();
      focusSearch();
    }
    if (event.key === "Enter") event.target.closest?.("form")?.querySelector("[data-save], [data-send]")?.click();
  };
  const onLetter = (event) => {
    const letter = letterOf(event);
    if (waitsForPlace) {
      waitsForPlace = false;
      go(letter);
      return;
    }
    if (!acts[letter]) return;
    event.preventDefault();
    acts[letter]();
  };
  // Out of a field, so that the letters are keys again; out of the row that was stepped to.
  const onEscape = (event) => {
    if (event.target.closest?.("dialog, details[open], [data-inline], .dropdown-active")) return;
    if (isTyping(event.target)) event.target.blur();
    else activeRow()?.classList.remove("is-active");
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) onCombination(event);
    else if (event.key === "Escape") onEscape(event);
    else if (!isTyping(event.target) && !document.querySelector("dialog[open]")) onLetter(event);
  });
})();
