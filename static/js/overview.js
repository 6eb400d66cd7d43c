// Bars and diamonds of the calendar follow the pointer or the arrow keys; cards of the board are dropped on columns.
// Both fill in a form of the page and send it: the server decides, and tells what somebody else did meanwhile.
(() => {
  "use strict";
  const EDGE = 10;
  const gantt = document.querySelector("[data-gantt]");

  const send = (shape, days, isEndOnly) => {
    const form = document.getElementById(shape.dataset.form);
    if (!form || !days) return;
    const set = (selector, value) => {
      const field = form.querySelector(selector);
      if (field) field.value = value;
    };
    set("[data-start]", isEndOnly ? 0 : days);
    set("[data-end]", days);
    set("[data-key]", shape.dataset.milestone ?? "");
    set("[data-shift]", days);
    form.requestSubmit();
  };

  if (gantt) {
    const sign = "rtl" in gantt.dataset ? -1 : 1;
    let held = null;
    const daysOf = (distance) => Math.round((sign * distance * Number(gantt.dataset.days)) / held.width);

    gantt.addEventListener("pointerdown", (event) => {
      const shape = event.target.closest("[data-drag]");
      if (!shape || event.button) return;
      const box = shape.getBoundingClientRect();
      const far = sign > 0 ? box.right - event.clientX : event.clientX - box.left;
      const isEndOnly = shape.dataset.drag === "plan" && box.width > 3 * EDGE && far < EDGE;
      const width = shape.closest(".gt-track").getBoundingClientRect().width;
      held = { shape, from: event.clientX, width, isEndOnly, bar: shape.getAttribute("width"), length: box.width };
      shape.setPointerCapture(event.pointerId);
      shape.classList.add("is-dragged");
      event.preventDefault();
      shape.focus();
    });
    gantt.addEventListener("pointermove", (event) => {
      if (!held) return;
      const distance = event.clientX - held.from;
      if (held.isEndOnly && sign > 0) held.shape.setAttribute("width", Math.max(2, held.length + distance));
      else held.shape.setAttribute("transform", `translate(${distance} 0)`);
    });
    const letGo = (isDone) => (event) => {
      if (!held) return;
      const { shape, isEndOnly, bar, from } = held;
      const days = isDone ? daysOf(event.clientX - from) : 0;
      held = null;
      shape.classList.remove("is-dragged");
      if (days) return send(shape, days, isEndOnly);
      shape.removeAttribute("transform");
      if (bar) shape.setAttribute("width", bar);
    };
    gantt.addEventListener("pointerup", letGo(true));
    gantt.addEventListener("pointercancel", letGo(false));

    gantt.addEventListener("keydown", (event) => {
      const shape = event.target.closest("[data-drag]");
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!shape || !way) return;
      event.preventDefault();
      // A week with Shift; with Alt the end of the plan alone.
      send(shape, sign * way * (event.shiftKey ? 7 : 1), event.altKey);
    });
  }

  const board = document.querySelector("[data-board]");
  if (board) {
    let carried = null;
    const columnOf = (event) => event.target.closest("[data-state]");
    const mark = (column) => {
      for (const each of board.querySelectorAll(".is-over")) each.classList.remove("is-over");
      column?.classList.add("is-over");
    };
    board.addEventListener("dragstart", (event) => {
      carried = event.target.closest("[data-card]");
      if (carried) event.dataTransfer.setData("text/plain", "");
    });
    board.addEventListener("dragover", (event) => {
      const column = columnOf(event);
      if (!carried || !column) return;
      event.preventDefault();
      mark(column);
    });
    board.addEventListener("dragend", () => {
      carried = null;
      mark(null);
    });
    board.addEventListener("drop", (event) => {
      const column = columnOf(event);
      mark(null);
      if (!carried || !column) return;
      event.preventDefault();
      carried.querySelector(`button[name="state"][value="${column.dataset.state}"]`)?.click();
    });
  }
})();
