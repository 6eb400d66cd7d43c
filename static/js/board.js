// A board of cards in columns, deals by stage or tasks by status: cards are moved by mouse, touch, keys or a dialog, and
// the server says what has become of it. `data-field` of the board names the column in what is sent.
(() => {
  "use strict";
  const board = document.getElementById("board");
  if (!board) return;
  const choose = document.getElementById("board-choose");
  const lose = document.getElementById("board-lose");
  const reason = document.getElementById("board-reason");
  const isRtl = document.documentElement.dir === "rtl";

  const columns = () => [...board.querySelectorAll("[data-column]")];
  const field = board.dataset.field;
  const columnOf = (element) => element.closest("[data-column]");
  const column = (key) => board.querySelector(`[data-column="${CSS.escape(key)}"]`);
  const cardsIn = (section) => [...section.querySelectorAll(".bd-card")];
  const listOf = (section) => section.querySelector("[data-cards]");
  const nameOf = (card) => card.querySelector(".bd-title").textContent;
  const focusOn = (card) => {
    card.querySelector(".bd-title").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const announce = (text) => (document.getElementById("live").textContent = text);
  const entitle = (dialog, card) => {
    const title = dialog.querySelector("[data-title]");
    title.textContent = title.dataset.title.replace("NAME", () => nameOf(card));
  };

  // What the server answered: the heads of columns, the card where it belongs, a sentence.
  const putCard = (answer, cardId) => {
    const card = answer.querySelector(".bd-card");
    const section = answer.dataset.column && column(answer.dataset.column);
    document.getElementById(cardId)?.remove();
    if (!section) return null;
    const list = listOf(section);
    const before = answer.dataset.after && document.getElementById(answer.dataset.after);
    const isAfterAllShown = answer.dataset.after && !before;
    if (isAfterAllShown) list.insertBefore(card, list.querySelector("[data-more]"));
    else if (before) before.after(card);
    else list.prepend(card);
    return card;
  };
  const show = (answer, cardId, wantsFocus) => {
    for (const head of answer.querySelectorAll("[data-head]")) document.getElementById(head.id)?.replaceWith(head);
    const card = putCard(answer, cardId);
    document.getElementById("board-note").replaceWith(answer.querySelector("#board-note"));
    announce(answer.dataset.said);
    card?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (card && wantsFocus) focusOn(card);
    else if (wantsFocus) board.focus({ preventScroll: true });
  };

  const fail = (text, move) => {
    move.back?.();
    announce(text);
    const note = document.getElementById("board-note");
    const box = document.createElement("div");
    box.className = "alert bd-toast";
    box.textContent = text;
    note.replaceChildren(box);
  };
  const ask = async (url, fields) => {
    const headers = { "HX-Request": "true", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
    const response = await fetch(url + location.search, { method: "POST", headers, body: new URLSearchParams(fields) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const elsewhere = response.headers.get("HX-Redirect");
    return { status: response.status, answer: page.querySelector("[data-moved]"), elsewhere };
  };
  // `move`: the id of the card, its address, the fields, `back` that puts it where it was, `wantsFocus`.
  const send = async (move) => {
    const card = document.getElementById(move.id);
    card?.classList.add("is-busy");
    try {
      const { status, answer, elsewhere } = await ask(move.url, move.fields);
      if (elsewhere) {
        // A page that asks for more. Until it is answered the card stays where it was.
        move.back?.();
        location.assign(elsewhere);
      } else if (answer) show(answer, move.id, move.wantsFocus);
      else if (status === 404) {
        fail(board.dataset.gone, {});
        card?.remove();
      } else fail(status === 403 ? board.dataset.denied : board.dataset.failed, move);
    } catch {
      fail(board.dataset.failed, move);
    }
    document.getElementById(move.id)?.classList.remove("is-busy");
  };

  const moveOf = (card, from) => ({
    id: card.id,
    url: card.dataset.move,
    fields: { version: card.dataset.version, from: from.dataset.column },
    wantsFocus: true,
  });
  const askReason = (card, move) => {
    entitle(lose, card);
    if (reason) reason.value = "";
    lose.returnValue = "";
    lose.addEventListener(
      "close",
      () => {
        if (lose.returnValue !== "ok") {
          move.back?.();
          focusOn(card);
        } else send({ ...move, fields: { ...move.fields, reason: reason?.value ?? "" } });
      },
      { once: true },
    );
    lose.showModal();
    reason?.focus();
  };
  const go = (card, to, move) => {
    move.fields[field] = to.dataset.column;
    if (lose && to.dataset.kind === "lost") askReason(card, move);
    else send(move);
  };

  // By mouse and touch
  const onDrop = ({ item, from, to, oldIndex }) => {
    if (from === to) return;
    const move = { ...moveOf(item, columnOf(from)), wantsFocus: false };
    move.back = () => from.insertBefore(item, from.children[oldIndex] ?? null);
    go(item, columnOf(to), move);
  };
  if (choose) {
    for (const list of board.querySelectorAll("[data-cards]")) {
      window.Sortable.create(list, {
        group: "cards",
        sort: false,
        draggable: ".bd-card.is-movable",
        ghostClass: "is-dragged",
        animation: 120,
        delay: 180,
        delayOnTouchOnly: true,
        scroll: true,
        bubbleScroll: true,
        onEnd: onDrop,
      });
    }
  }

  // By the dialog that names all columns
  const openChoice = (card) => {
    if (!choose || !card.dataset.move) return;
    const from = columnOf(card);
    entitle(choose, card);
    for (const button of choose.querySelectorAll(".bd-choices button")) {
      button.disabled = button.value === from.dataset.column;
    }
    choose.returnValue = "";
    choose.addEventListener(
      "close",
      () => {
        const to = choose.returnValue && column(choose.returnValue);
        if (to) go(card, to, moveOf(card, from));
        else focusOn(card);
      },
      { once: true },
    );
    choose.showModal();
    choose.querySelector(".bd-choices button:enabled")?.focus();
  };
  choose?.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...choose.querySelectorAll(".bd-choices button:enabled")];
    const next = buttons.indexOf(document.activeElement) + step;
    buttons.at(next < 0 ? -1 : next % buttons.length)?.focus();
  });
  board.addEventListener("click", (event) => {
    const opener = event.target.closest(".bd-move");
    if (!opener || !choose || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openChoice(opener.closest(".bd-card"));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-undo]");
    if (!form) return;
    event.preventDefault();
    send({ id: form.dataset.undo, url: form.action, fields: new FormData(form), wantsFocus: true });
  });

  // By keys: arrows step from card to card, with Shift they take the card along, M names all columns.
  const stepTo = (card, across, down) => {
    const section = columnOf(card);
    const all = cardsIn(section);
    const place = all.indexOf(card);
    if (down) return all[place + down];
    const order = columns();
    const step = across > 0 ? 1 : -1;
    for (let at = order.indexOf(section) + step; order[at]; at += step) {
      const there = cardsIn(order[at]);
      if (there.length) return there[Math.min(place, there.length - 1)];
    }
    return null;
  };
  const onArrow = (event, card) => {
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0;
    const across = ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0) * (isRtl ? -1 : 1);
    if (!down && !across) return;
    event.preventDefault();
    if (!event.shiftKey) {
      const next = stepTo(card, across, down);
      if (next) focusOn(next);
      return;
    }
    const order = columns();
    const to = across && order[order.indexOf(columnOf(card)) + across];
    if (to && card.dataset.move) go(card, to, moveOf(card, columnOf(card)));
  };
  board.addEventListener("keydown", (event) => {
    const card = event.target.closest(".bd-card");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "KeyM" && !event.shiftKey) {
      event.preventDefault();
      openChoice(card);
    } else onArrow(event, card);
  });
})();
