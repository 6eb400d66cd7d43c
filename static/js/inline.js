// Fields edited in their place: htmx swaps a value for its control and back; here are its keys, focus and failures.
(() => {
  "use strict";
  const inlineOf = (element) => element?.closest?.("[data-inline]");
  const formOf = (element) => element?.closest?.("[data-inline] form");
  const focusControl = (form) => {
    const control = form.querySelector("input:not([type=hidden]), select, textarea");
    if (control?.tomselect) control.tomselect.focus();
    else control?.focus();
    if (control?.matches("input[type=text], input:not([type])")) control.select();
  };

  // Enter saves and Escape cancels; a list that is open keeps both for itself.
  document.addEventListener("keydown", (event) => {
    const form = formOf(event.target);
    if (!form || event.isComposing || event.target.closest(".ts-wrapper.dropdown-active")) return;
    if (event.key === "Escape") {
      event.preventDefault();
      form.querySelector("[data-inline-cancel]").click();
    }
    if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // A refusal comes with the control and its reason. An answer without the field is another page: the sign-in.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (!target.matches("[data-inline]")) return;
    if (xhr.status === 409 || xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (event.detail.shouldSwap && !event.detail.serverResponse.includes(`id="${target.id}"`)) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  const tellFailure = (event) => {
    const inline = inlineOf(event.detail.elt);
    if (!inline) return;
    const note = inline.querySelector("[data-inline-failed]");
    if (note) note.hidden = false;
    else if (event.detail.elt.href) location.assign(event.detail.elt.href);
  };
  document.addEventListener("htmx:responseError", tellFailure);
  document.addEventListener("htmx:sendError", tellFailure);

  // What is being typed in the head is not swept away by what was saved below it.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.querySelector("form[data-guard]")) event.detail.shouldSwap = false;
  });

  // After one field was saved, the controls of others that were opened before go on from the version it made.
  const goOn = (sent) => {
    const stored = document.getElementById("record-version")?.value;
    if (Number(stored) !== Number(sent) + 1) return;
    for (const input of document.querySelectorAll("[data-inline] input[name=read_version]")) {
      if (input.value === sent) input.value = stored;
    }
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    const { target, requestConfig } = event.detail;
    if (!target?.matches("[data-inline]")) return;
    const now = document.getElementById(target.id);
    const form = now?.querySelector("form");
    if (form) {
      focusControl(form);
      return;
    }
    now?.querySelector(".ui-pencil")?.focus();
    if (requestConfig.verb !== "post") return;
    const saved = requestConfig.elt;
    goOn(saved.querySelector("[name=read_version]").value);
    document.getElementById("live").textContent = saved.dataset.saved;
  });
})();
