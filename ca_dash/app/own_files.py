"""The application's own styles and scripts as one file each, whose name changes with the content, so that browsers keep them for good.

Belongs here: which of our files, and which of the table's, a visit loads. Does not belong here: the files (`ca_dash/assets`).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import dash_ag_grid
from dash import dash_table
from dash.fingerprint import build_fingerprint
from flask import Flask, Response, abort

ASSETS = Path(__file__).parents[1] / "assets"
ROUTE = "/assets/own/"
FIRST = "boot.js"  # alone: it runs before the first paint
TABLES = "dash_ag_grid.min.js"
YEAR = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript", ".css": "text/css"}
# So small that asking for it would cost more than it does.
ICON = f"data:image/svg+xml;base64,{base64.b64encode((ASSETS / 'favicon.svg').read_bytes()).decode()}"


@dataclass(frozen=True)
class OwnFile:
    """A file as it is served."""

    name: str
    content: bytes

    @property
    def url(self) -> str:
        """Where it is found."""
        return ROUTE + self.name


def register(server: Flask) -> dict[str, OwnFile]:
    """Serve the files; returns them by what they are: first, styles, scripts."""
    scripts = sorted(file for file in ASSETS.glob("*.js") if file.name != FIRST)
    files = {
        "first": _file([ASSETS / FIRST]),
        "styles": _file(sorted(ASSETS.glob("*.css"))),
        "scripts": _file(scripts),
    }
    by_name = {file.name: file for file in files.values()}

    @server.get(f"{ROUTE}<name>")
    def own_file(name: str) -> Response:
        if name not in by_name:
            abort(404)
        return Response(by_name[name].content, mimetype=TYPES[Path(name).suffix], headers={"Cache-Control": YEAR})

    return files


def index_page(files: dict[str, OwnFile]) -> str:
    """Dash's document with our files; the scripts come after the libraries that they use and before the page is drawn."""
    own = {name: file.url for name, file in files.items()}
    scripts = f'<script src="{own["scripts"]}" data-tables="/_dash-component-suites/{_tables()}"></script>'
    return f"""<!DOCTYPE html>
<html lang="en" data-mantine-color-scheme="light">
<head>
  {{%metas%}}
  <meta name="color-scheme" content="light dark">
  <title>{{%title%}}</title>
  <link rel="icon" href="{ICON}" type="image/svg+xml">
  <script src="{own["first"]}"></script>
  {{%css%}}
  <link rel="stylesheet" href="{own["styles"]}">
</head>
<body>{{%app_entry%}}<footer>{{%config%}}{{%scripts%}}{scripts}{{%renderer%}}</footer></body>
</html>"""


def _tables() -> str:
    """The path of the table's script, which Dash is told not to load at once; nor that of its older table, which no page has."""
    for resource in (*dash_ag_grid._js_dist, *dash_table._js_dist):  # the lists that Dash reads; there is no option for it
        if "async" not in resource:
            resource["dynamic"] = True
    changed = int((Path(dash_ag_grid.__file__).parent / TABLES).stat().st_mtime)
    return f"dash_ag_grid/{build_fingerprint(TABLES, dash_ag_grid.__version__, changed)}"


def _file(parts: list[Path]) -> OwnFile:
    joint = b";\n" if parts[0].suffix == ".js" else b"\n"
    content = joint.join(part.read_bytes() for part in parts)
    return OwnFile(f"{parts[0].stem}.{hashlib.sha256(content).hexdigest()[:16]}{parts[0].suffix}", content)
