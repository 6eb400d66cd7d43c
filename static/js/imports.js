(() => {
  "use strict";
  // The columns page: another record type or header row is looked at at once, without a press of "Look again".
  const form = document.getElementById("columns");
  const again = form?.querySelector('button[name="look-again"]');
  form?.addEventListener("change", (event) => {
    const chosen = event.target.closest("[data-look-again]");
    if (!chosen || !again) return;
    form.action = `#${chosen.closest("section").id}`;
    form.requestSubmit(again);
  });

  // The values page: whoever chooses what a value is has decided that it is this one.
  document.getElementById("values")?.addEventListener("change", (event) => {
    const decision = document.getElementById(event.target.dataset.chooses ?? "");
    if (decision && event.target.value) decision.value = "use";
  });
})();
