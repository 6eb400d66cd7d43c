// The calendar of tasks. The server tells moments as the reader's wall clock shows them, and gets them back so: the
// library is told that everything is UTC, so that it reckons in no time zone, and no change of clocks moves anything.
(() => {
  "use strict";
  const root = document.getElementById("calendar");
  if (!root || !window.FullCalendar) return;
  const settings = JSON.parse(document.getElementById("calendar-settings").textContent);
  const said = document.getElementById("calendar-said");
  const dialog = document.getElementById("calendar-move");
  const note = document.querySelector("#calendar-note .bd-toast");
  const isNarrow = window.matchMedia("(max-width: 767.98px)").matches;
  const VIEW = "tasks.calendar.view";
  const VIEWS = ["dayGridMonth", "timeGridWeek", "timeGridDay", "listMonth"];
  const announce = (text) => (document.getElementById("live").textContent = text);
  const filters = () => {
    const parameters = new URLSearchParams(location.search);
    parameters.delete("month");
    return parameters;
  };
  const now = () => {
    const parts = new Intl.DateTimeFormat("en-CA", {
      ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
      ...{ hourCycle: "h23", timeZone: settings.zone },
    }).formatToParts(new Date());
    const of = (type) => parts.find((part) => part.type === type).value;
    return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}:${of("second")}`;
  };

  // What is told to the reader
  let undo = null;
  const tell = (text, takesBack = null) => {
    undo = takesBack;
    note.querySelector("p").textContent = text;
    note.querySelector("[data-undo]").hidden = !takesBack;
    note.hidden = false;
    announce(text);
  };
  note.querySelector("[data-hide]").addEventListener("click", () => (note.hidden = true));

  const fetchEvents = async (range, done, failed) => {
    const parameters = filters();
    parameters.set("start", range.startStr);
    parameters.set("end", range.endStr);
    let answer;
    try {
      const response = await fetch(`${root.dataset.events}?${parameters}`, { headers: { "HX-Request": "true" } });
      if (!response.ok) throw new Error(response.statusText);
      answer = await response.json();
    } catch (problem) {
      tell(root.dataset.failed);
      failed(problem);
      return;
    }
    said.textContent = answer.said;
    said.hidden = !answer.said;
    done(answer.events);
  };

  // Moving: by a drag, by the dialog, back again
  const send = async (url, fields) => {
    const headers = { "HX-Request": "true", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
    const response = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) });
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return { status: response.status, answer: isJson ? await response.json() : null };
  };
  const move = async (url, fields, { isBack = false, revert = () => {} } = {}) => {
    try {
      const { status, answer } = await send(url, fields);
      if (status === 200) {
        const back = { ...answer.before, version: answer.event.version };
        tell(answer.said, isBack || !answer.before ? null : { url, fields: fieldsOf(back) });
      } else {
        revert();
        tell(answer?.said ?? { 403: root.dataset.denied, 404: root.dataset.gone }[status] ?? root.dataset.failed);
      }
    } catch {
      revert();
      tell(root.dataset.failed);
    }
    calendar.refetchEvents();
  };
  const fieldsOf = ({ day, time, minutes, version }) => ({ day, time, duration: minutes ?? "", version });
  note.querySelector("[data-undo]").addEventListener("click", () => {
    if (undo) move(undo.url, undo.fields, { isBack: true });
  });
  const minutesBetween = (start, end) => Math.round((end - start) / 60000);
  const onChange = ({ event, oldEvent, revert }, isResized) => {
    const { move: url, version, minutes } = event.extendedProps;
    const [day, time] = event.startStr.split("T");
    const isOfSameSort = event.allDay === oldEvent.allDay;
    const length = isResized && event.end ? minutesBetween(event.start, event.end) : isOfSameSort ? minutes : null;
    const at = event.allDay ? "" : time.slice(0, 5);
    move(url, fieldsOf({ day, time: at, minutes: length, version }), { revert });
  };
  const day = document.getElementById("calendar-day");
  const time = document.getElementById("calendar-time");
  const minutes = document.getElementById("calendar-minutes");
  const openMove = (event, opener) => {
    const props = event.extendedProps;
    if (!props.move) return;
    const title = dialog.querySelector("[data-title]");
    title.textContent = title.dataset.title.replace("NAME", () => event.title);
    [day.value, time.value, minutes.value] = [props.day, props.time, props.minutes ?? ""];
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        opener?.focus();
        if (dialog.returnValue !== "ok") return;
        const fields = { day: day.value, time: time.value, minutes: minutes.value, version: props.version };
        move(props.move, fieldsOf(fields));
      },
      { once: true },
    );
    dialog.showModal();
    day.focus();
  };

  // The event as it is drawn
  const eventOf = new WeakMap();
  const onMount = ({ event, el, view }) => {
    if (event.display === "background") return;
    eventOf.set(el, event);
    const who = event.extendedProps.who;
    el.title = who ? `${event.title} · ${who}` : event.title;
    el.setAttribute("aria-keyshortcuts", event.extendedProps.move ? "M" : "");
    if (!view.type.startsWith("list") || !event.extendedProps.move) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm ui-quiet cl-move";
    button.textContent = dialog.querySelector('[value="ok"]').textContent;
    button.setAttribute("aria-label", root.dataset.move.replace("NAME", () => event.title));
    button.addEventListener("click", (press) => {
      press.preventDefault();
      press.stopPropagation();
      openMove(eventOf.get(el), button);
    });
    el.append(button);
  };
  root.addEventListener("keydown", (press) => {
    if (press.code !== "KeyM" || press.ctrlKey || press.metaKey || press.altKey || press.shiftKey) return;
    for (let at = press.target; at && at !== root; at = at.parentElement) {
      const event = eventOf.get(at);
      if (!event) continue;
      press.preventDefault();
      press.stopPropagation();
      openMove(event, press.target);
      return;
    }
  });

  // The table of the month follows, for the printer.
  const follow = async (month) => {
    const table = document.getElementById("calendar-month");
    if (table.dataset.month === month) return;
    const parameters = filters();
    parameters.set("month", month);
    history.replaceState(null, "", `?${parameters}`);
    const response = await fetch(`?${parameters}`, { headers: { "HX-Request": "true" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.getElementById("calendar-month").replaceWith(page.getElementById("calendar-month"));
  };
  const onDates = ({ view }) => {
    sessionStorage.setItem(VIEW, view.type);
    root.classList.toggle("is-agenda", view.type.startsWith("list"));
    const middle = new Date((view.currentStart.getTime() + view.currentEnd.getTime()) / 2);
    follow(middle.toISOString().slice(0, 7));
  };
  const onDay = ({ dateStr, allDay }) => {
    if (!root.dataset.new) return;
    const [on, at] = dateStr.split("T");
    location.assign(`${root.dataset.new}?due=${on}${allDay || !at ? "" : `&at=${at.slice(0, 5)}`}`);
  };

  const remembered = sessionStorage.getItem(VIEW);
  const present = now().slice(0, 10);
  const calendar = new window.FullCalendar.Calendar(root, {
    locale: document.documentElement.lang,
    direction: document.documentElement.dir || "ltr",
    timeZone: "UTC",
    now,
    firstDay: settings.firstDay,
    businessHours: settings.hours,
    initialView: VIEWS.includes(remembered) ? remembered : isNarrow ? "listMonth" : "dayGridMonth",
    initialDate: present.startsWith(root.dataset.month.slice(0, 7)) ? present : root.dataset.month,
    headerToolbar: {
      left: "prev,next today",
      center: "title",
      right: VIEWS.join(),
    },
    buttons: { listMonth: { text: root.dataset.list } },
    height: "auto",
    nowIndicator: true,
    navLinks: true,
    dayMaxEvents: true,
    scrollTime: "08:00:00",
    slotMinTime: "06:00:00",
    slotMaxTime: "22:00:00",
    defaultTimedEventDuration: "00:30:00",
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotHeaderFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    toolbarClass: "cl-toolbar",
    toolbarTitleClass: "cl-title",
    buttonClass: ({ isSelected }) => (isSelected ? "cl-button is-selected" : "cl-button"),
    listItemEventBeforeClass: "cl-dot",
    eventTitleClass: "cl-title-text",
    listItemEventTitleClass: "cl-name",
    listItemEventTimeClass: "cl-at",
    events: fetchEvents,
    eventDidMount: onMount,
    eventDrop: (change) => onChange(change, false),
    eventResize: (change) => onChange(change, true),
    dateClick: onDay,
    datesSet: onDates,
  });
  root.hidden = false;
  document.getElementById("calendar-keys").hidden = false;
  document.documentElement.classList.add("has-calendar");
  calendar.render();
})();
