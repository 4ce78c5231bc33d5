// Forms: Enter presses the save button, the first field with an error gets the focus, toasts, closing of windows.
(function () {
  "use strict";
  var unchanged = function () { return window.dash_clientside.no_update; };
  var submitted = null;

  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key !== "Enter" || field.tagName !== "INPUT" || event.isComposing || field.getAttribute("aria-expanded") === "true") { return; }
    if (field.type === "checkbox" || field.type === "file" || field.getAttribute("aria-haspopup") === "listbox") { return; }
    var form = field.closest(".ca-form-fields");
    while (form && !form.querySelector(".ca-save")) { form = form.parentElement.closest(".ca-form-fields"); } // groups of fields lie in forms
    var button = form && form.querySelector(".ca-save");
    if (!button || button.disabled) { return; }
    event.preventDefault();
    // Fields tell Dash their value a moment after it was typed: a click at once would be answered with the value before.
    setTimeout(function () { if (!button.disabled) { button.click(); } }, 50);
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest(".ca-save");
    if (button) { submitted = { form: button.closest(".ca-form-fields"), at: Date.now() }; }
  });

  // Mantine marks a field with an error as invalid: the first one that turns up after a click on the save button is where to go on.
  new MutationObserver(function () {
    if (!submitted || Date.now() - submitted.at > 15000) { submitted = null; return; }
    var field = submitted.form && submitted.form.querySelector("[aria-invalid='true']");
    if (field) { submitted = null; field.focus(); }
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["aria-invalid"], childList: true });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ca_forms = {
    said: function (said) {
      if (said && said.text) { window.dash_clientside.ca.toast(said.text); }
      return unchanged();
    },
    close: function (clicks) { return clicks ? false : unchanged(); }
  };
})();
