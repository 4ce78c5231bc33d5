// The search box of the header: a field with a list of hits (the combobox pattern of ARIA), filled from the server while somebody types.
(function () {
  var WAIT = 120; // ms after the last key
  var waiting = null, request = null, active = -1, shownFor = null;

  function field() { return document.getElementById("search-text"); }
  function list() { return document.getElementById("search-hits"); }
  function options() { return Array.prototype.slice.call(list().querySelectorAll("[role=option]")); }
  function isField(element) { return element && element.id === "search-text"; }

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; } // never as HTML: names are what customers and suppliers wrote
    return made;
  }

  function close() {
    var hits = list();
    if (!hits) { return; }
    hits.hidden = true;
    active = -1;
    var input = field();
    if (input) { input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); }
  }

  function say(text) { document.getElementById("search-said").textContent = text; }

  function choose(place) {
    var all = options();
    active = all.length ? (place + all.length) % all.length : -1;
    all.forEach(function (option, number) { option.setAttribute("aria-selected", String(number === active)); });
    if (active < 0) { return; }
    field().setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function go(href) {
    close();
    field().blur();
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function show(text, answer) {
    var hits = list(), number = 0;
    hits.textContent = "";
    shownFor = text;
    answer.groups.forEach(function (group, place) {
      var part = element("div", "ca-search-group");
      part.setAttribute("role", "group");
      part.setAttribute("aria-labelledby", "search-group-" + place);
      var title = element("div", "ca-search-kind", group.title);
      title.id = "search-group-" + place;
      part.appendChild(title);
      group.hits.forEach(function (hit) {
        var option = element("a", "ca-search-hit");
        option.id = "search-hit-" + number;
        option.href = hit.href;
        option.tabIndex = -1;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.appendChild(element("span", "ca-search-title", (hit.below_floor ? "Did you mean " : "") + hit.title));
        if (hit.note) { option.appendChild(element("small", "", hit.note)); }
        option.appendChild(element("span", "ca-search-orders", hit.orders.toLocaleString() + (hit.orders === 1 ? " order" : " orders")));
        part.appendChild(option);
        number += 1;
      });
      hits.appendChild(part);
    });
    if (!number) { hits.appendChild(element("div", "ca-search-none", answer.problem || "Nothing is like it.")); }
    hits.hidden = false;
    active = -1;
    field().setAttribute("aria-expanded", "true");
    field().removeAttribute("aria-activedescendant");
    say(number ? number + (number === 1 ? " hit" : " hits") : answer.problem || "Nothing is like it.");
  }

  function ask() {
    var text = field().value.trim();
    if (request) { request.abort(); request = null; }
    if (!text) { close(); return; }
    var mine = request = new AbortController();
    window.fetch("/search.json?q=" + encodeURIComponent(text), { signal: mine.signal, headers: { accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) { if (mine === request && document.activeElement === field()) { show(text, answer); } })
      .catch(function (error) { if (error.name !== "AbortError" && mine === request) { show(text, { groups: [], problem: "The server does not answer." }); } });
  }

  document.addEventListener("input", function (event) {
    if (!isField(event.target)) { return; }
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });

  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      var input = field();
      event.preventDefault();
      if (input && input.offsetParent) { input.focus(); input.select(); } else { go("/search"); }
      return;
    }
    if (!isField(event.target)) { return; }
    var isOpen = !list().hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) { ask(); return; }
      var step = event.key === "ArrowDown" ? 1 : -1;
      choose(active < 0 && step < 0 ? -1 : active + step);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && event.target.value.trim()) {
      event.preventDefault();
      var all = options(), text = event.target.value.trim();
      var chosen = isOpen && shownFor === text && active >= 0 ? all[active] : null;
      go(chosen ? chosen.getAttribute("href") : "/search?q=" + encodeURIComponent(text));
    }
  });

  document.addEventListener("click", function (event) {
    var option = event.target.closest && event.target.closest(".ca-search-hit");
    if (option && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); go(option.getAttribute("href")); return; }
    if (list() && !(event.target.closest && event.target.closest(".ca-search"))) { close(); }
  });
  document.addEventListener("focusin", function (event) {
    if (list() && !list().hidden && !event.target.closest(".ca-search")) { close(); }
  });
}());
