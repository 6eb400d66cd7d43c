// A task in one line: what is refused comes as the line again, with the reasons under it.
(() => {
  "use strict";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id !== "quick" || xhr.status !== 422) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
})();
