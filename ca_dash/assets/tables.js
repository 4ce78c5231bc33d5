// The script of AG Grid is a third of what a first visit would load, and most pages show no such table: it is fetched with the first one.
(function () {
  var address = document.currentScript.dataset.tables;

  function fetched() {
    return new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = address;
      script.onload = function () {
        var real = window.dash_ag_grid.AgGrid;
        window.dash_ag_grid = late; // tables that are there keep their component
        done({ default: real });
      };
      script.onerror = function () { failed(new Error("The script of the table did not arrive. Load the page again.")); };
      document.head.append(script);
    });
  }

  var Grid = React.lazy(fetched);
  function AgGrid(properties) {
    return React.createElement(React.Suspense, { fallback: null }, React.createElement(Grid, properties));
  }
  AgGrid.dashRenderType = true; // as the real one: Dash tells it why it is drawn again
  var late = { AgGrid: AgGrid };
  window.dash_ag_grid = late;
})();
