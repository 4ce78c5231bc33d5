// What the browser does without the server. Kept in a file, so that the content security policy needs no inline scripts.
window.dash_clientside = window.dash_clientside || {};
(function () {
  var folded = localStorage.getItem("ca-folded") === "1";
  var open = false;

  function unchanged() { return window.dash_clientside.no_update; }

  function same() {
    var list = window.dash_clientside.callback_context.outputs_list;
    return list.map(unchanged);
  }

  function clicked() {
    var triggered = window.dash_clientside.callback_context.triggered;
    if (triggered.length !== 1 || !triggered[0].value) { return null; }
    return JSON.parse(triggered[0].prop_id.split(".n_clicks")[0]).id;
  }

  // A session that ended while a page was open: to the login form, and back to this page. No figure stays old under a new filter.
  var answerOf = window.fetch;
  window.fetch = function () {
    return answerOf.apply(this, arguments).then(function (answer) {
      if (answer.status === 401 && new URL(answer.url).origin === window.location.origin) {
        window.location.assign("/login?ended&next=" + encodeURIComponent(window.location.pathname + window.location.search));
      }
      return answer;
    });
  };

  // A short message, seen and said; the next one takes its place.
  var toldColors = false;
  var toldQuery = null;
  // Back, pressed before the change that it undoes was told: the query is as it was told, the control that was clicked is not.
  var isRestored = false;
  window.addEventListener("popstate", function () { isRestored = true; });
  var toasting = null;
  function toast(text) {
    var place = document.getElementById("toast");
    if (!place || !text) { return; }
    clearTimeout(toasting);
    place.textContent = text;
    place.classList.add("is-shown");
    toasting = setTimeout(function () { place.classList.remove("is-shown"); place.textContent = ""; }, 4000);
  }

  // Browsers give the clipboard to pages of HTTPS and of this machine only; on others the older way is what there is.
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) { return navigator.clipboard.writeText(text); }
    var field = document.createElement("textarea"), focused = document.activeElement;
    field.value = text; field.className = "ca-unseen";
    document.body.appendChild(field); field.select();
    var done = document.execCommand("copy");
    field.remove();
    if (focused) { focused.focus(); }
    return done ? Promise.resolve() : Promise.reject(new Error("refused"));
  }

  // Groups of the navigation: closed ones are remembered; that of the page that is shown is open.
  var closedGroups = JSON.parse(localStorage.getItem("ca-closed-groups") || "[]");
  function markGroups() {
    document.querySelectorAll(".ca-nav-title").forEach(function (button) {
      var isClosed = closedGroups.indexOf(button.getAttribute("data-group")) >= 0;
      button.setAttribute("aria-expanded", String(!isClosed));
      button.parentElement.classList.toggle("is-closed", isClosed);
    });
  }
  function setGroup(group, isClosed) {
    closedGroups = closedGroups.filter(function (other) { return other !== group; }).concat(isClosed ? [group] : []);
    localStorage.setItem("ca-closed-groups", JSON.stringify(closedGroups));
    markGroups();
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest(".ca-nav-title");
    if (button) { setGroup(button.getAttribute("data-group"), button.getAttribute("aria-expanded") === "true"); }
  });

  function scheme() { return document.documentElement.getAttribute("data-mantine-color-scheme") === "dark" ? "dark" : "light"; }

  // Logging out is a form with a token; Dash's own forms never submit.
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest(".ca-logout");
    if (!button) { return; }
    var form = document.createElement("form");
    form.method = "post"; form.action = "/logout"; form.hidden = true;
    var token = document.createElement("input");
    token.name = "csrf"; token.value = button.getAttribute("data-csrf");
    form.appendChild(token); document.body.appendChild(form); form.submit();
  });

  // Figures follow the page's colours: Mantine writes them to the root element, by the switch or with the system.
  new MutationObserver(function () {
    if (document.getElementById("page")) { window.dash_clientside.set_props("colors", { data: scheme() }); }
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });

  // The frame: on wide screens the navigation is folded or not, on narrow ones it is a drawer that covers the page.
  var narrow = window.matchMedia("(max-width: 899px)");
  function frame() { return { width: folded ? 60 : 232, breakpoint: 900, collapsed: { mobile: !open, desktop: false } }; }
  function markFold() {
    document.documentElement.classList.toggle("is-folded", folded);
    document.documentElement.classList.toggle("is-drawer-open", open);
    var drawer = document.getElementById("drawer"), fold = document.getElementById("fold"), main = document.getElementById("main");
    if (drawer) { drawer.setAttribute("aria-expanded", String(open)); }
    if (fold) { fold.setAttribute("aria-pressed", String(folded)); }
    if (main) { main.inert = open && narrow.matches; }
  }
  narrow.addEventListener("change", markFold);
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !open || event.defaultPrevented) { return; }
    open = false;
    markFold();
    window.dash_clientside.set_props("shell", { navbar: frame() });
    document.getElementById("drawer").focus();
  });
  markFold();

  window.dash_clientside.ca = {
    colors: function () { // told once: told again at each change of the page, the charts of the page that is left would be asked for anew
      if (toldColors) { return unchanged(); }
      toldColors = true;
      return scheme();
    },
    title: function (name) { document.title = name + " · CustomerAnalytics"; return unchanged(); },
    links: function (pathname, search, ids) {
      function isCurrent(path) { return path === pathname || (path === "/settings" && pathname && pathname.indexOf("/settings/") === 0); }
      ids.forEach(function (id) { // the link component has no such property
        var link = document.getElementById(JSON.stringify(id, Object.keys(id).sort()));
        if (isCurrent(id.path)) { link.setAttribute("aria-current", "page"); } else { link.removeAttribute("aria-current"); }
      });
      var current = document.querySelector(".ca-nav-link[aria-current]");
      var title = current && current.closest(".ca-nav-group") && current.closest(".ca-nav-group").querySelector(".ca-nav-title");
      if (title) { setGroup(title.getAttribute("data-group"), false); } else { markGroups(); }
      var filters = search || "";
      if (pathname && /^\/(settings|profile)/.test(pathname)) { filters = ""; } // what its query holds is no filter
      if (pathname && pathname.indexOf("/list/") === 0) { // a list has a query of its own: other pages get that of the page that it was opened from
        var back = new URLSearchParams(filters).get("back") || "";
        filters = back.indexOf("?") < 0 ? "" : back.slice(back.indexOf("?"));
      }
      return [
        ids.map(function (id) { return id.path === "/settings" || id.path === "/profile" ? id.path : id.path + filters; }),
        ids.map(function (id) { return "ca-nav-link" + (isCurrent(id.path) ? " is-active" : ""); })
      ];
    },
    copyLink: function () {
      copy(window.location.href).then(
        function () { toast("Link copied."); },
        function () { toast("The browser does not allow copying; copy the address from its address bar."); }
      );
      return unchanged();
    },
    close: function () { return false; }, // a window is about the page and the filters that it was opened on
    query: function (shown, pathname, search) {
      // Told when the page of the URL is in place: told before, the page that is left would be asked for anew. Told again, all would be asked twice.
      var query = search || "", isTold = query === toldQuery && !isRestored;
      isRestored = false;
      if (shown !== pathname || isTold) { return unchanged(); }
      toldQuery = query;
      return query;
    },
    again: function (_changed, query) { return query || ""; }, // the charts draw the signs of comments anew
    toast: function (text) { toast(text); return unchanged(); },
    shell: function () {
      var id = (window.dash_clientside.callback_context.triggered_id) || "url";
      if (id === "drawer") { open = !open; }
      if (id === "url") { open = false; }
      if (id === "fold") {
        if (window.innerWidth < 900) { open = false; } else { folded = !folded; localStorage.setItem("ca-folded", folded ? "1" : "0"); }
      }
      markFold();
      if (id === "drawer" && open) { (document.querySelector("#navbar .is-active") || document.querySelector("#navbar a")).focus(); }
      return frame();
    },
    mark: function () { // the orders or customers that a bar, point or cell stands for: the server gave it the URL of their list
      var triggered = window.dash_clientside.callback_context.triggered;
      var click = triggered.length === 1 && triggered[0].value;
      var point = click && click.points.filter(function (point) { return point.id; })[0];
      if (point) {
        var back = "back=" + encodeURIComponent(window.location.pathname + window.location.search);
        window.history.pushState({}, "", point.id + (point.id.indexOf("?") < 0 ? "?" : "&") + back);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      }
      return same();
    },
    csv: function () {
      var id = clicked();
      if (id) {
        var link = document.createElement("a");
        link.href = "/export/" + encodeURIComponent(id) + ".csv" + window.location.search;
        link.download = "";
        document.body.appendChild(link); link.click(); link.remove();
      }
      return same();
    },
    png: function () {
      var id = clicked();
      var body = id && document.getElementById(JSON.stringify({ id: id, type: "panel-figure" }));
      var plot = body && body.querySelector(".js-plotly-plot");
      if (plot && plot.data && plot.data.length) {
        var dark = scheme() === "dark";
        var title = document.getElementById("title-" + id).textContent;
        var caption = document.querySelector(".ca-caption");
        var line = caption ? caption.textContent.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;") : "";
        var layout = Object.assign({}, plot.layout, {
          paper_bgcolor: dark ? "#171a21" : "#ffffff",
          title: { text: title + "<br><span style=\"font-size:11px\">" + line + "</span>", x: 0.02, xanchor: "left", y: 0.97, yanchor: "top", font: { size: 16, color: dark ? "#e7e9ee" : "#1b1f27" } },
          margin: Object.assign({}, plot.layout.margin, { t: 92, l: 24, r: 24, b: 24 })
        });
        window.Plotly.downloadImage({ data: plot.data, layout: layout, config: { locale: plot._context.locale, locales: plot._context.locales } }, { format: "png", width: 1000, height: 560, scale: 2, filename: id });
      }
      return same();
    }
  };

  // One's picture: the file goes as a form of its own with the session's token; the page then shows it.
  function sendPicture(token, file) {
    var form = new FormData();
    form.append("csrf", token);
    if (file) { form.append("picture", file); }
    fetch("/profile/picture", { method: "POST", body: form }).then(function (answer) {
      if (answer.ok) { window.location.reload(); return; }
      answer.text().then(function (text) { document.getElementById("profile-picture-said").textContent = text; });
    });
  }
  new MutationObserver(function () { // Dash has no file field that keeps the file in the browser
    var slot = document.getElementById("profile-picture-slot");
    if (!slot || slot.firstChild) { return; }
    var field = document.createElement("input");
    field.type = "file"; field.id = "profile-picture-file"; field.accept = "image/png,image/jpeg,image/webp";
    field.addEventListener("change", function () { if (field.files.length) { sendPicture(slot.getAttribute("data-csrf"), field.files[0]); } });
    slot.appendChild(field);
  }).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest(".ca-picture-remove");
    if (button) { sendPicture(document.getElementById("profile-picture-slot").getAttribute("data-csrf"), null); }
  });

  // The reader's own formats of numbers and dates: a cookie that the server reads, then the page again.
  document.addEventListener("change", function (event) {
    if (!event.target.classList || !event.target.classList.contains("ca-locale")) { return; }
    document.cookie = "ca_locale=" + encodeURIComponent(event.target.value) + "; path=/; max-age=31536000; samesite=lax";
    window.location.reload();
  });

  // Named formats of tables (components/table.py): exact, in the locale of the page.
  var grid = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  function isMissing(value) { return value === null || value === undefined || value === ""; }
  function written(value, tag, least, most) {
    return isMissing(value) ? "" : Number(value).toLocaleString(tag, { minimumFractionDigits: least, maximumFractionDigits: most });
  }
  grid.caNumber = function (value, tag, digits) { return written(value, tag, 0, digits); };
  grid.caMoney = function (value, tag, digits) { return written(value, tag, digits, digits); };
  grid.caRate = function (value, tag, digits) {
    return isMissing(value) ? "" : Number(value).toLocaleString(tag, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
  };
  grid.caDate = function (value, tag) {
    return isMissing(value) ? "" : new Date(value).toLocaleDateString(tag, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
  };
  grid.caTheme = function (theme) {
    return theme.withParams({
      backgroundColor: "var(--ca-card)", foregroundColor: "var(--ca-ink)", borderColor: "var(--ca-line)", headerBackgroundColor: "var(--ca-bg)",
      accentColor: "var(--ca-accent)", fontFamily: "inherit", fontSize: 13, headerFontWeight: 600, cellHorizontalPadding: 10, wrapperBorderRadius: 8
    });
  };
}());
