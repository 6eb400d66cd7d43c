// The matrix of a role: sets a whole row or column at once, in each cell as far as it is offered there.
(() => {
  "use strict";

  const nearest = (select, wanted) =>
    [...select.options].map((option) => Number(option.value)).filter((value) => value <= wanted).pop() ?? 0;

  document.addEventListener("change", (event) => {
    const setter = event.target.closest("[data-set]");
    if (!setter || setter.value === "") return;
    const matrix = setter.closest("[data-matrix]");
    const cells = setter.dataset.set === "row"
      ? setter.closest("tr").querySelectorAll("td select")
      : matrix.querySelectorAll(`td[data-column="${setter.dataset.key}"] select`);
    for (const select of cells) {
      select.value = String(nearest(select, Number(setter.value)));
      select.dispatchEvent(new Event("input", { bubbles: true }));
    }
    setter.value = "";
  });
})();
