// Runs before the first paint: says that scripts work, and turns "auto" into what the system prefers, since a few of
// Tabler's rules ask for data-bs-theme="dark" itself.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("has-script");
  if (root.dataset.bsTheme !== "auto") return;
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    root.dataset.bsTheme = prefersDark.matches ? "dark" : "light";
  };
  follow();
  prefersDark.addEventListener("change", follow);
})();
