// The columns page: another record type or header row is looked at at once, without a press of "Look again".
(() => {
  "use strict";
  const form = document.getElementById("columns");
  const again = form?.querySelector('button[name="look-again"]');
  if (!again) return;
  form.addEventListener("change", (event) => {
    const chosen = event.target.closest("[data-look-again]");
    if (!chosen) return;
    form.action = `#${chosen.closest("section").id}`;
    form.requestSubmit(again);
  });
})();
