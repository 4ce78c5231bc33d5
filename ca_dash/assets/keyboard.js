// For those who work without a mouse or without a screen: states of buttons and lists, where the focus stays, what is said of changes.
(function () {
  // The component library writes "opens a menu, is open" on a wrapper of each button; readers' tools look for it on the button.
  var STATES = ["aria-expanded", "aria-haspopup", "aria-controls"];
  function moveStates() {
    document.querySelectorAll("div[aria-expanded]").forEach(function (wrapper) {
      var button = wrapper.firstElementChild;
      if (!button || button.tagName !== "BUTTON") { return; }
      STATES.forEach(function (name) {
        var value = wrapper.getAttribute(name);
        if (value !== null) { button.setAttribute(name, value); wrapper.removeAttribute(name); }
        else if (name === "aria-controls") { button.removeAttribute(name); } // written while it is open; what opens is written once
      });
    });
    // The empty place where a menu's focus begins: a menu may hold entries and groups, nothing without a role.
    document.querySelectorAll("[role=menu] > div[tabindex]:empty:not([role])").forEach(function (place) { place.setAttribute("role", "group"); });
    // A field with a list: the library calls it a field of text, which cannot be open or closed.
    document.querySelectorAll("input[aria-haspopup=listbox]").forEach(function (input) {
      var expanded = String(input.hasAttribute("data-expanded"));
      if (input.getAttribute("aria-expanded") !== expanded) { input.setAttribute("aria-expanded", expanded); }
      if (!input.hasAttribute("role")) { input.setAttribute("role", "combobox"); input.setAttribute("aria-autocomplete", input.readOnly ? "none" : "list"); }
    });
  }

  // A change of a filter draws the bar anew, and what had the focus is gone: its successor, of the same id, gets it.
  var last = null; // the control of the bar that has, or had, the focus
  document.addEventListener("focusin", function (event) {
    if (event.target.closest("[data-portal]")) { return; } // a calendar belongs to its control, which gets the focus back
    var control = event.target.closest(".ca-filters [id^='{'], .ca-list [id^='list-']");
    last = control && { id: control.id, element: event.target };
  });
  document.addEventListener("focusout", function (event) {
    setTimeout(function () {
      if (last && last.element === event.target && last.element.isConnected && document.activeElement === document.body) { last = null; }
    }, 0);
  });
  function keepFocus() {
    if (!last || last.element.isConnected || (document.activeElement && document.activeElement !== document.body)) { return; }
    var control = document.getElementById(last.id);
    if (!control) { return; } // not drawn yet
    var target = control.matches("input, button, a") ? control : control.querySelector("input:checked") || control.querySelector("input, button");
    if (target) { target.focus({ preventScroll: true }); }
  }

  // The text of a list that can be searched is selected when it gets the focus: the first letter typed begins a search.
  var isNew = false;
  function isSearched(element) { return element.matches(".ca-filters input[aria-haspopup=listbox]:not([readonly])"); }
  document.addEventListener("focusin", function (event) {
    isNew = isSearched(event.target);
    if (isNew) { event.target.select(); }
  });
  document.addEventListener("click", function (event) { // the pointer that gave it the focus has set a cursor
    if (isNew && isSearched(event.target)) { event.target.select(); }
    isNew = false;
  });

  // Said politely: the page that is shown, and the filter when it changed. Not at the beginning: a document says its own title.
  var said = {};
  function say(place, text, before) {
    var element = document.getElementById(place);
    if (!element || !text || said[place] === text) { return; }
    if (said[place]) { element.textContent = before + text; }
    said[place] = text;
  }
  function sayChanges() {
    var parts = document.title.split(" · "), bar = document.querySelector(".ca-filters[data-summary]"), list = document.querySelector(".ca-list[data-summary]");
    say("said-page", parts.length > 1 && parts[0], "Showing ");
    say("said-filter", list && list.getAttribute("data-summary"), "");
    say("said-filter", bar && bar.getAttribute("data-summary"), "Filter: ");
  }

  // On phones the filter bar is one line until it is opened; the bar is drawn anew at each change, so the root remembers.
  function markFilters() {
    var open = String(document.documentElement.classList.contains("is-filters-open"));
    document.querySelectorAll(".ca-filters-fold").forEach(function (button) {
      if (button.getAttribute("aria-expanded") !== open) { button.setAttribute("aria-expanded", open); }
    });
  }
  document.addEventListener("click", function (event) {
    if (!event.target.closest(".ca-filters-fold")) { return; }
    document.documentElement.classList.toggle("is-filters-open");
    markFilters();
  });

  var isScheduled = false;
  function update() { isScheduled = false; moveStates(); markFilters(); keepFocus(); sayChanges(); }
  new MutationObserver(function () {
    if (!isScheduled) { isScheduled = true; setTimeout(update, 0); }
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-expanded", "data-expanded", "data-summary"] });

  // The list of scopes (filters/bar.py): found by value, by name and by group; in the list under its group, so without it.
  function folded(text) { return String(text || "").normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  var functions = (window.dashMantineFunctions = window.dashMantineFunctions || {});
  functions.caFindScopes = function (list) {
    var words = folded(list.search).split(/\s+/), room = list.limit;
    return list.options.map(function (group) {
      var items = group.items.filter(function (item) {
        var text = folded([group.group, item.label, item.value, item.names].join(" "));
        return words.every(function (word) { return text.includes(word); });
      }).slice(0, room);
      room -= items.length;
      return { group: group.group, items: items };
    });
  };
  functions.caScope = function (row) {
    var make = window.React.createElement, option = row.option;
    return make("span", { className: "ca-scope" },
      make("span", null, option.text),
      option.name && make("span", { className: "ca-muted" }, option.name),
      row.checked && make("span", { className: "ca-scope-check", "aria-hidden": true }, "✓"));
  };
}());
