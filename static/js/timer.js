// The clocks of a running timer: the server says for how long it has run, the script counts on from there.
(() => {
  "use strict";
  const shown = new WeakMap();
  const clocks = () => document.querySelectorAll("[data-started-before]");
  const text = (seconds, hasSeconds) => {
    const two = (number) => String(number).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    const hours = `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
    return hasSeconds ? `${hours}:${two(seconds % 60)}` : hours;
  };
  const tick = () => {
    for (const clock of clocks()) {
      if (!shown.has(clock)) shown.set(clock, Date.now() - Number(clock.dataset.startedBefore) * 1000);
      const seconds = Math.max(0, Math.floor((Date.now() - shown.get(clock)) / 1000));
      const now = text(seconds, "seconds" in clock.dataset);
      if (clock.textContent !== now) clock.textContent = now;
    }
  };
  tick();
  setInterval(() => document.hidden || tick(), 1000);
  document.addEventListener("htmx:afterSettle", tick);
})();
