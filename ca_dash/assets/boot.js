// Before the first paint: take the kept or the system's colour scheme, so that a dark page never flashes white.
(function () {
  var kept = localStorage.getItem("mantine-color-scheme-value");
  var dark = kept === "dark" || ((!kept || kept === "auto") && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
