// Runs before the first paint: which of the two themes "as this device" means now.
(() => {
  const page = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const settle = () => {
    if (page.dataset.theme === "system") {
      page.dataset.bsTheme = dark.matches ? "dark" : "light";
    }
  };
  settle();
  dark.addEventListener("change", settle);
})();
