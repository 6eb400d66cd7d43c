// The box in which an interaction is logged: its refusals, and where one goes on after it was sent.
(() => {
  "use strict";
  const formOf = () => document.querySelector("#log form");

  // A refusal comes as the box again, with the reasons in their places. An answer without it is another page: the sign-in.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id !== "log") return;
    if (xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (event.detail.shouldSwap && !event.detail.serverResponse.includes('id="log"')) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "log") return;
    const form = formOf();
    if (!form) return;
    (form.querySelector(".is-invalid") ?? form.querySelector("[data-log-text]")).focus();
    if (form.dataset.logged) document.getElementById("live").textContent = form.dataset.logged;
  });
})();
