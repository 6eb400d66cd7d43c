// Work goes to another person or week by dragging it onto a cell; the form beside each task does the same by keys.
(() => {
  "use strict";
  let dragged = null;
  const clear = () => document.querySelectorAll(".wl-load.is-target").forEach((one) => one.classList.remove("is-target"));
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-task]");
    if (!dragged) return;
    dragged.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector("a")?.textContent ?? "");
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    clear();
  });
  document.addEventListener("dragover", (event) => {
    const cell = dragged && event.target.closest?.("[data-drop]");
    clear();
    if (!cell) return;
    event.preventDefault();
    cell.classList.add("is-target");
  });
  document.addEventListener("drop", (event) => {
    const cell = dragged && event.target.closest?.("[data-drop]");
    const form = document.getElementById("workload-drop");
    if (!cell || !form) return;
    event.preventDefault();
    form.action = form.dataset.action.replace(form.dataset.nobody, dragged.dataset.task);
    form.elements.version.value = dragged.dataset.version;
    form.elements.person.value = cell.dataset.person;
    form.elements.week.value = cell.dataset.week;
    form.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "workload-detail") return;
    document.querySelectorAll(".wl-load.is-open").forEach((one) => one.classList.remove("is-open"));
    event.detail.requestConfig?.elt?.classList.add("is-open");
    const detail = document.getElementById("detail");
    detail?.focus({ preventScroll: true });
    detail?.scrollIntoView({ block: "nearest" });
  });
})();
