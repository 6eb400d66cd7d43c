// What forms do: rows of formsets, selects that search, tags, one submit only, and a question before edits are lost.
(() => {
  "use strict";

  // Rows of formsets
  const addRow = (formset) => {
    const total = formset.querySelector('input[name$="-TOTAL_FORMS"]');
    const html = formset.querySelector("[data-formset-empty]").innerHTML.replaceAll("__prefix__", total.value);
    const rows = formset.querySelector("[data-formset-rows]");
    rows.insertAdjacentHTML("beforeend", html);
    total.value = Number(total.value) + 1;
    enhance(rows.lastElementChild);
    rows.lastElementChild.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    formset.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const formset = event.target.closest("[data-formset-add]")?.closest("[data-formset]");
    if (formset) addRow(formset);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-formset-delete]") || !event.target.checked) return;
    const row = event.target.closest("[data-formset-row]");
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    row.hidden = true;
    // A hidden row must not stop the browser from sending the form.
    for (const field of row.querySelectorAll("[required]")) field.required = false;
    (neighbour?.querySelector("input:not([type=hidden])") ??
      row.closest("[data-formset]").querySelector("[data-formset-add]")).focus();
  });

  // Selects that search: the URL answers {"results": [{"id", "text", "hint"}]} to ?q=
  const option = (item, escape) =>
    `<div>${escape(item.text)}${item.hint ? `<small>${escape(item.hint)}</small>` : ""}</div>`;
  const search = (url) => (query, callback) => {
    const asked = new URL(url, location.href);
    asked.searchParams.set("q", query);
    fetch(asked, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then((response) => (response.ok ? response.json() : { results: [] }))
      .then((answer) => callback(answer.results))
      .catch(() => callback());
  };
  const searchSelect = (select) =>
    drawn(new window.TomSelect(select, {
      valueField: "id",
      labelField: "text",
      searchField: ["text", "hint"],
      load: search(select.dataset.autocompleteUrl),
      preload: "focus",
      hideSelected: true,
      // The server has found and ranked them; a second filter here would drop matches by phone or tax id.
      score: () => () => 1,
      sortField: [{ field: "$order" }],
      plugins: select.multiple ? ["remove_button"] : [],
      render: { option, item: (item, escape) => `<div>${escape(item.text)}</div>`, ...words() },
      onType() {
        this.clearOptions((kept) => this.items.includes(String(kept.id)));
      },
    }));
  const tagsInput = (input) =>
    drawn(new window.TomSelect(input, {
      create: true,
      createOnBlur: true,
      persist: false,
      delimiter: ",",
      plugins: ["remove_button"],
      valueField: "id",
      labelField: "text",
      searchField: ["text"],
      load: input.dataset.tagsUrl ? search(input.dataset.tagsUrl) : undefined,
      render: words(),
    }));
  const chooser = (select) =>
    drawn(new window.TomSelect(select, { plugins: ["remove_button"], maxOptions: null, render: words() }));
  // The label has moved to the drawn control; a reader should not meet the original as well.
  const drawn = (tomSelect) => tomSelect.input.setAttribute("aria-hidden", "true");
  const words = () => {
    const word = (name) => document.body.dataset[name] ?? "";
    return {
      no_results: (_item, escape) => `<div class="no-results">${escape(word("wordNothing"))}</div>`,
      option_create: (item, escape) =>
        `<div class="create">${escape(word("wordAdd"))} <strong>${escape(item.input)}</strong></div>`,
      loading: (_item, escape) => `<div class="no-results">${escape(word("wordLoading"))}</div>`,
    };
  };
  const enhance = (within) => {
    if (!window.TomSelect) return;
    const bare = (selector) => [...within.querySelectorAll(selector)].filter((one) => !one.tomselect);
    bare("select[data-autocomplete-url]").forEach(searchSelect);
    bare("input[data-tags]").forEach(tagsInput);
    bare("select[data-chooser]").forEach(chooser);
  };

  // One submit only. Buttons come back when the page returns from the browser's cache or htmx has its answer.
  const locked = new WeakSet();
  const unlock = (form) => {
    locked.delete(form);
    for (const button of form.querySelectorAll("button[aria-busy]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-many")) return;
    if (locked.has(form)) {
      event.preventDefault();
      return;
    }
    // Another listener may yet stop this submit; and a disabled submitter would not be sent with its form.
    setTimeout(() => {
      if (event.defaultPrevented && !form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
      locked.add(form);
      for (const button of form.querySelectorAll("button:not([type=button])")) {
        button.disabled = true;
        button.setAttribute("aria-busy", "true");
      }
    });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) unlock(form);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach(unlock);
  });

  // A password that can be looked at: <button data-reveal="id of the input">
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    const input = button && document.getElementById(button.dataset.reveal);
    if (!input) return;
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  });

  // A chosen picture is shown before it is sent.
  const showPicture = (url, frame) => {
    const image = document.createElement("img");
    image.className = "avatar avatar-xl ui-picture";
    image.alt = "";
    image.src = url;
    frame.querySelector(".avatar").replaceWith(image);
  };
  document.addEventListener("change", (event) => {
    const frame = event.target.matches("input[type=file]") && event.target.closest("[data-picture]");
    const file = frame && event.target.files[0];
    if (!file || !file.type.startsWith("image/")) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => showPicture(reader.result, frame));
    reader.readAsDataURL(file);
    const remove = frame.querySelector("input[type=checkbox]");
    if (remove) remove.checked = false;
  });

  // Edits that are not saved: <form data-guard>
  const edited = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) edited.add(form);
  });
  document.addEventListener("submit", (event) => edited.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    if ([...edited].some((form) => form.isConnected)) event.preventDefault();
  });

  // Filter bars apply a change at once.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.type !== "search") form.requestSubmit();
  });
  // Empty parameters would only make the address longer.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-autosubmit]")) return;
    const empty = [...event.target.elements].filter((field) => field.name && !field.value && !field.disabled);
    for (const field of empty) field.disabled = true;
    setTimeout(() => empty.forEach((field) => (field.disabled = false)));
  });

  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  document.querySelector("[data-form-errors]")?.focus();
})();
