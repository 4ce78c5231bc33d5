// Back and forward, and loading a page again, keep the place to which it was scrolled: the browser's own way comes before our pages are drawn.
(function () {
  var STORE = "ca-scroll", LIMIT = 100, PATIENT_MS = 5000;
  var places = JSON.parse(sessionStorage.getItem(STORE) || "{}");
  var entry = null, wanted = null;
  window.history.scrollRestoration = "manual";

  function keep() { if (wanted === null) { places[entry] = Math.round(window.scrollY); } }

  // Each entry of the history has a name.
  var nativePush = window.history.pushState, nativeReplace = window.history.replaceState;
  function named(state, name) { return Object.assign({}, state, { caEntry: name }); }
  function newName() { return Date.now().toString(36) + Math.random().toString(36).slice(2, 8); }
  window.history.pushState = function (state, unused, url) {
    var path = window.location.pathname;
    keep();
    wanted = null;
    entry = newName();
    nativePush.call(window.history, named(state, entry), unused, url);
    if (window.location.pathname !== path) { window.scrollTo(0, 0); }
    keep();
  };
  window.history.replaceState = function (state, unused, url) { nativeReplace.call(window.history, named(state, entry), unused, url); };

  function pageNode() { return document.querySelector(".ca-page"); }
  function enter(isNewPage) {
    var name = (window.history.state || {}).caEntry;
    entry = name || newName();
    if (!name) { window.history.replaceState(window.history.state, ""); }
    if (places[entry] === undefined) { wanted = null; return; }
    scrollWhenDrawn(places[entry], isNewPage ? pageNode() : undefined, Date.now() + PATIENT_MS);
  }

  // Charts and tiles have their heights before they are drawn, but a page needs the server's answer.
  function scrollWhenDrawn(place, before, end) {
    var mine = (wanted = { place: place });
    (function step() {
      if (wanted !== mine) { return; }
      var page = pageNode(), isDrawn = page && page !== before && !page.querySelector(".is-pending");
      if (Math.round(window.scrollY) !== place) { window.scrollTo(0, place); }
      if (isDrawn || Date.now() > end) { wanted = null; keep(); return; }
      window.requestAnimationFrame(step);
    }());
  }
  ["wheel", "touchstart", "mousedown", "keydown"].forEach(function (name) { // the reader decides
    window.addEventListener(name, function () { wanted = null; }, { passive: true, capture: true });
  });

  var shown = window.location.pathname;
  window.addEventListener("popstate", function () {
    var path = window.location.pathname, isNewPage = path !== shown;
    enter(isNewPage);
    shown = path;
  });
  window.addEventListener("_dashprivate_pushstate", function () { shown = window.location.pathname; });
  window.addEventListener("scroll", keep, { passive: true });
  window.addEventListener("pagehide", function () {
    keep();
    sessionStorage.setItem(STORE, JSON.stringify(Object.fromEntries(Object.entries(places).slice(-LIMIT))));
  });
  enter(true);
}());
