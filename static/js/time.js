// The week: arrows and Enter move between the cells of the grid; what is typed is saved by htmx when a cell is left.
(() => {
  "use strict";
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  const cells = (row) => [...row.querySelectorAll("td.tm-day")];
  const inputOf = (cell) => cell?.querySelector("[data-cell]");
  const go = (input) => {
    if (!input) return false;
    input.focus();
    input.select();
    return true;
  };
  const vertical = (input, step) => {
    const cell = input.closest("td");
    const place = cells(cell.parentElement).indexOf(cell);
    for (let row = cell.parentElement; (row = step > 0 ? row.nextElementSibling : row.previousElementSibling); ) {
      if (go(inputOf(cells(row)[place]))) return true;
    }
    return false;
  };
  const horizontal = (input, step) => {
    const row = cells(input.closest("tr"));
    for (let at = row.indexOf(input.closest("td")) + step; row[at]; at += step) if (go(inputOf(row[at]))) return true;
    return false;
  };
  const isAtEdge = (input, step) => {
    const at = step < 0 ? 0 : input.value.length;
    return input.selectionStart === at && input.selectionEnd === at;
  };
  const isAllSelected = (input) => input.selectionStart === 0 && input.selectionEnd === input.value.length;
  grid.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-cell]");
    if (!input || event.altKey || event.ctrlKey || event.metaKey) return;
    const isRtl = document.dir === "rtl";
    const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: isRtl ? 1 : -1, ArrowRight: isRtl ? -1 : 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      if (!vertical(input, event.shiftKey ? -1 : 1)) input.blur();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      vertical(input, step);
    } else if (step && !event.shiftKey && (isAtEdge(input, step * (isRtl ? -1 : 1)) || isAllSelected(input))) {
      event.preventDefault();
      horizontal(input, step);
    } else if (event.key === "Escape") {
      input.value = input.defaultValue;
      input.select();
    }
  });
  grid.addEventListener("focusin", (event) => event.target.closest("[data-cell]")?.select());
  // A row is added as soon as it is chosen.
  document.getElementById("add-row")?.addEventListener("change", (event) => {
    if (event.target.value) event.target.form.requestSubmit();
  });
})();
