// What every page does: menus, dialogs, messages, htmx's CSRF header, rows that open their record.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);

  // htmx
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb === "get") return;
    event.detail.headers["X-CSRFToken"] = $('meta[name="csrf-token"]')?.content ?? "";
  });

  // Menus: <details data-menu> close on Escape, on a click elsewhere, and when another opens; arrows move in them.
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  const moveInMenu = (menu, step) => {
    const items = [...menu.querySelectorAll("a, button")];
    const next = items.indexOf(document.activeElement) + step;
    items.at(next < 0 ? -1 : next % items.length)?.focus();
  };
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      $("summary", menu).focus();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moveInMenu(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });

  // The drawer of narrow pages is a :target; Escape closes it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && location.hash === "#menu") location.hash = "main";
  });

  // Messages
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".alert")?.remove();
  });

  // Dialogs
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.openDialog);
    if (!dialog) return;
    // Without scripts a link leads to the same on a page of its own.
    event.preventDefault();
    opener.closest("details[data-menu]")?.removeAttribute("open");
    dialog.showModal();
  });
  // A link that htmx follows into a dialog opens it when the answer is there.
  document.addEventListener("htmx:afterSwap", (event) => {
    const opener = event.detail.requestConfig?.elt?.closest("[data-opens-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.opensDialog);
    if (!dialog || dialog.open) return;
    opener.closest("details[data-menu]")?.removeAttribute("open");
    dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    if (event.target.matches?.("dialog.ui-dialog")) event.target.close("cancel");
  });

  // data-confirm="Question" on a form or a submit button asks first; data-confirm-label names the act.
  const confirmDialog = document.getElementById("confirm");
  const ask = (asker, onYes) => {
    const yes = $("[data-confirm-ok]", confirmDialog);
    $("#confirm-text").textContent = asker.dataset.confirm;
    yes.textContent = asker.dataset.confirmLabel || yes.dataset.default;
    confirmDialog.returnValue = "";
    confirmDialog.showModal();
    confirmDialog.addEventListener("close", () => confirmDialog.returnValue === "ok" && onYes(), { once: true });
  };
  document.addEventListener(
    "submit",
    (event) => {
      const asker = event.submitter?.closest("[data-confirm]") ?? event.target.closest("[data-confirm]");
      if (!asker) return;
      if (asker.dataset.confirmed) {
        delete asker.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(asker, () => {
        asker.dataset.confirmed = "yes";
        event.target.requestSubmit(event.submitter);
      });
    },
    true,
  );
  document.addEventListener("htmx:confirm", (event) => {
    const asker = event.detail.elt.closest("[data-confirm]");
    // A form was asked about on its way to htmx already.
    if (!asker || asker.matches("form") || event.detail.elt.matches("form")) return;
    event.preventDefault();
    ask(asker, () => event.detail.issueRequest(true));
  });

  // A row opens its record, unless the click selects text, hits a control, or wants a new tab.
  const wantsRow = (event) =>
    !event.target.closest("a, button, input, select, textarea, label, summary") && !String(window.getSelection());
  const openRow = (row, isNewTab) => {
    if (isNewTab) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  };
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-href]");
    if (!row || !wantsRow(event) || event.altKey || event.shiftKey) return;
    openRow(row, event.ctrlKey || event.metaKey);
  });
  document.addEventListener("auxclick", (event) => {
    const row = event.target.closest("[data-href]");
    if (row && event.button === 1 && wantsRow(event)) openRow(row, true);
  });

  // Check-all boxes: <input type="checkbox" data-check-all="name of the boxes">
  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-check-all]");
    if (!all) return;
    const boxes = all.closest("form, table")?.querySelectorAll(`input[name="${CSS.escape(all.dataset.checkAll)}"]`);
    for (const box of boxes ?? []) box.checked = all.checked;
  });
})();
