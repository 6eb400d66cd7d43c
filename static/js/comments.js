// Comments: Ctrl+Enter sends, an @ offers people, refusals come with what was typed, and what is new takes the focus.
(() => {
  "use strict";
  const boxOf = (element) => element?.closest?.("[data-comment-box]");
  const say = (words) => (document.getElementById("live").textContent = words ?? "");

  // People after an @. The list stands under the text; the focus stays in the text, which names the active option.
  const WORD = /(?:^|[^\p{L}\p{N}_@.+-])@([\p{L}\p{N}_.+-]*)$/u;
  let open = null; // {text, list, start}
  let asked = 0;

  const close = () => {
    asked += 1;
    if (!open) return;
    open.list.remove();
    for (const name of ["aria-controls", "aria-activedescendant"]) open.text.removeAttribute(name);
    open = null;
  };
  const options = () => [...(open?.list.children ?? [])];
  const activate = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    open.text.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const activeOption = () => options().find((one) => one.getAttribute("aria-selected") === "true");
  const step = (by) => {
    const all = options();
    activate(all.at((all.indexOf(activeOption()) + by) % all.length));
  };
  const choose = (option) => {
    const { text, start } = open;
    close();
    text.setRangeText(`@${option.dataset.username} `, start, text.selectionStart, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  };
  const drawOption = (person, number) => {
    const option = document.createElement("li");
    option.id = `mention-${number}`;
    option.setAttribute("role", "option");
    option.dataset.username = person.id;
    const name = document.createElement("span");
    name.textContent = person.text;
    const username = document.createElement("small");
    username.textContent = `@${person.id}`;
    option.append(name, username);
    return option;
  };
  const show = (text, start, people) => {
    close();
    if (!people.length) return;
    const list = document.createElement("ul");
    list.id = "mention-list";
    list.className = "cm-people";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", text.dataset.wordPeople);
    list.append(...people.map(drawOption));
    text.parentElement.append(list);
    open = { text, list, start };
    text.setAttribute("aria-controls", list.id);
    activate(list.firstElementChild);
  };
  const offer = async (text) => {
    const before = text.value.slice(0, text.selectionStart);
    const word = before.match(WORD)?.[1];
    if (word === undefined) {
      close();
      return;
    }
    const turn = ++asked;
    const url = new URL(text.dataset.peopleUrl, location.href);
    url.searchParams.set("q", word);
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      const answer = await response.json();
      if (turn === asked) show(text, before.length - word.length - 1, answer.results);
    } catch {
      if (turn === asked) close();
    }
  };
  let waiting = 0;
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-people-url]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(offer, 100, event.target);
  });
  document.addEventListener("focusout", (event) => {
    if (open?.text === event.target) close();
  });
  // Pressing, not clicking: by the click the text has lost the focus, and the list is gone.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#mention-list [role=option]");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
  const acts = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => choose(activeOption()),
    Tab: () => choose(activeOption()),
    Escape: close,
  };
  // Before the keys of the page, to which Escape and Enter mean something else.
  document.addEventListener(
    "keydown",
    (event) => {
      const box = boxOf(event.target);
      if (!box || event.isComposing) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        close();
        box.requestSubmit();
      } else if (open && acts[event.key]) {
        event.preventDefault();
        acts[event.key]();
      } else if (event.key === "Escape") {
        box.querySelector("[data-comment-cancel]")?.click();
      }
    },
    true,
  );

  // A refusal comes with the box and its reason. An answer that is a whole page is the sign-in: what was typed stays.
  const tellFailure = (element) => {
    const note = boxOf(element)?.querySelector("[data-comment-failed]");
    if (note) note.hidden = false;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail;
    if (!requestConfig?.elt?.closest("[data-comments]")) return;
    if (xhr.status === 409 || xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (/<html[\s>]/.test(event.detail.serverResponse)) {
      event.detail.shouldSwap = false;
      tellFailure(requestConfig.elt);
    }
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, (event) => tellFailure(event.detail.elt));
  }

  // htmx takes over what it has put in a moment later; a box that has the focus at once may be sent before that.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.requestConfig?.elt?.closest("[data-comment-box]")) return;
    for (const box of document.querySelectorAll("[data-comment-box]")) window.htmx.process(box);
  });

  // Where the focus goes once the answer is there.
  const focusEnd = (text) => {
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  };
  const clear = (box) => {
    const text = box.querySelector("textarea");
    text.value = "";
    text.classList.remove("is-invalid");
    text.removeAttribute("aria-invalid");
    box.querySelector(".errorlist")?.remove();
    box.querySelector("[data-comment-failed]").hidden = true;
    box.closest("[data-reply]")?.removeAttribute("open");
    return text;
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    const box = boxOf(event.detail.elt);
    if (!box || event.detail.xhr.status !== 201) return;
    const text = clear(box);
    say(box.dataset.done);
    if (!box.closest("[data-reply]")) text.focus();
    else box.closest("[data-reply]").querySelector("summary").focus();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const { elt, requestConfig, xhr } = event.detail;
    const asker = requestConfig?.elt;
    if (!asker?.closest || xhr.status === 201) return;
    const place = elt?.matches?.(".cm-comment, .cm-box, .cm-follow, .cm-signs") ? elt : null;
    if (!place) return;
    const text = place.querySelector("textarea");
    if (text) focusEnd(text);
    else if (place.matches(".cm-comment")) place.focus({ preventScroll: true });
    else place.querySelector("button, summary")?.focus();
    if (!text && asker.dataset.done) say(asker.dataset.done);
  });

  // A reply begins in its box.
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.("[data-reply]") && event.target.open) event.target.querySelector("textarea").focus();
    },
    true,
  );
})();
