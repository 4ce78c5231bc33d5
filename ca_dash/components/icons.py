"""Icons as local SVG masks: they take the text's colour and need neither a font nor a server. Paths are 24 × 24 strokes."""

from __future__ import annotations

from urllib.parse import quote

from dash import html

PATHS = {
    "home": "M3 11.5 12 4l9 7.5 M5.5 9.8V20h13V9.8 M10 20v-5.5h4V20",
    "funnel": "M3.5 5h17l-6.6 8v5.5L10 20.5V13z",
    "people": "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.8 19.8a6.2 6.2 0 0 1 12.4 0 "
    "M15.8 4.9a3.5 3.5 0 0 1 0 6.4 M17.6 14.3a6.2 6.2 0 0 1 3.6 5.5",
    "steps": "M3.5 20h4.3v-4.3h4.2v-4.3h4.2V7.1h4.3",
    "target": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z M12 12h.01",
    "bag": "M5.5 8h13l1 12.5h-15z M8.8 10.5V7.2a3.2 3.2 0 0 1 6.4 0v3.3",
    "grid": "M4 4.5h16v15H4z M4 9.5h16 M4 14.5h16 M9.3 4.5v15 M14.6 4.5v15",
    "exit": "M13 4.5H5v15h8 M10 12h10.5 M17.5 9l3 3-3 3",
    "path": "M6 6.5h.01 M6 4.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z M18 15.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z "
    "M8 6.5h7a3 3 0 0 1 0 6H9a2.5 2.5 0 0 0 0 5h7",
    "box": "M4 8l8-4 8 4v8.5l-8 4-8-4z M4 8l8 4 8-4 M12 12v8.5",
    "van": "M3 6h11v10H3z M14 9.5h4l3 3.2V16h-7z "
    "M7 19.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z M17 19.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
    "tag": "M4 4.5h7.5L20 13l-7 7-9-8.5z M8 8.5h.01",
    "bars": "M4 20.5h16 M6.5 17v-5 M12 17V5 M17.5 17V9",
    "menu": "M4 7h16 M4 12h16 M4 17h16",
    "fold": "M4.5 4.5h15v15h-15z M9.5 4.5v15",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 11v5 M12 8h.01",
    "dots": "M6 11.3v1.4 M5.3 12h1.4 M12 11.3v1.4 M11.3 12h1.4 M18 11.3v1.4 M17.3 12h1.4",
    "table": "M4 5h16v14H4z M4 10h16 M4 14.5h16 M10 10v9",
    "download": "M12 4v11 M7.5 11 12 15.5 16.5 11 M4.5 20h15",
    "image": "M4 5h16v14H4z M4 16l4.5-4.5 4 4 2.5-2.5 5 5 M15.5 9h.01",
    "sun": "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M12 2.5v2 M12 19.5v2 M2.5 12h2 M19.5 12h2 "
    "M5.3 5.3l1.4 1.4 M17.3 17.3l1.4 1.4 M5.3 18.7l1.4-1.4 M17.3 6.7l1.4-1.4",
    "moon": "M20 14.2A8.2 8.2 0 1 1 9.8 4a6.6 6.6 0 0 0 10.2 10.2z",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4.5 20.5a7.5 7.5 0 0 1 15 0",
    "logout": "M14 4.5H5v15h9 M10 12h10.5 M17 8.5l3.5 3.5-3.5 3.5",
    "calendar": "M4 6h16v14H4z M4 10.5h16 M8.5 3.5V8 M15.5 3.5V8",
    "layers": "M12 3.5 21 8.5l-9 5-9-5z M3.5 13l8.5 4.7 8.5-4.7",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5.2l3.2 2",
    "play": "M7.5 5v14l11-7z",
    "pause": "M8.5 5v14 M15.5 5v14",
    "resume": "M5.5 5v14 M9.5 5.5v13l10-6.5z",
    "log": "M4.5 5h15v14h-15z M8 9.5h8 M8 12.5h8 M8 15.5h5",
    "empty": "M4 13.5 6.5 5h11L20 13.5V19H4z M4 13.5h4.5l1.2 2.5h4.6l1.2-2.5H20",
    "cube": "M12 3.5l7.5 4.2v8.6L12 20.5l-7.5-4.2V7.7z M4.5 7.7 12 12l7.5-4.3 M12 12v8.5",
    "segments": "M4 4.5h9v9H4z M15.5 4.5H20v6h-4.5z M15.5 13H20v6.5h-4.5z M4 16h9v3.5H4z",
    "forecast": "M3.5 17l5-6 4 3.5 3-4 M15.5 10.5l5-6 M16.5 4.5h4v4 M3.5 20.5h17",
    "scales": "M12 4v16 M7 20h10 M5 7h14 M5 7l-2.5 6.5a2.7 2.7 0 0 0 5 0z M19 7l-2.5 6.5a2.7 2.7 0 0 0 5 0z",
    "flask": "M9.5 4h5 M10.5 4v6L5 19.5h14L13.5 10V4 M8 15h8",
    "compare": "M4 20.5h16 M6 17V9h4v8 M14 17V5h4v12",
    "link": "M10 14a4 4 0 0 0 5.7 0l3.3-3.3a4 4 0 0 0-5.7-5.7l-1 1 M14 10a4 4 0 0 0-5.7 0L5 13.3A4 4 0 0 0 10.7 19l1-1",
    "bookmark": "M6.5 4h11v16.5L12 16l-5.5 4.5z",
    "trash": "M4.5 6.5h15 M9 6.5V4h6v2.5 M6.5 6.5 7.4 20h9.2l.9-13.5 M10 10.5v6 M14 10.5v6",
    "code": "M8.5 7 3.5 12l5 5 M15.5 7l5 5-5 5",
    "back": "M19.5 12h-15 M10.5 6l-6 6 6 6",
    "chevron": "M6 9.5l6 6 6-6",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z M15.3 15.3 20 20",
    "gear": "M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z M12 2.8v2.4 M12 18.8v2.4 M2.8 12h2.4 M18.8 12h2.4 "
    "M5.5 5.5l1.7 1.7 M16.8 16.8l1.7 1.7 M5.5 18.5l1.7-1.7 M16.8 7.2l1.7-1.7",
    "comment": "M4 5h16v11.5h-8.5L7 20.5v-4H4z M8 9.5h8 M8 12.5h5",
    "alert": "M12 4 2.8 20h18.4z M12 10v4.5 M12 17.2h.01",
}


def icon(name: str, size: int = 18) -> html.Span:
    """An icon of `size` px in the colour of the text around it; hidden from screen readers."""
    path = PATHS.get(name, PATHS["bars"])
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#000' stroke-width='1.7' "
        f"stroke-linecap='round' stroke-linejoin='round'><path d='{path}'/></svg>"
    )
    mask = f'url("data:image/svg+xml,{quote(svg)}")'
    return html.Span(
        className="ca-icon",
        style={"maskImage": mask, "WebkitMaskImage": mask, "width": f"{size}px", "height": f"{size}px"},
        **{"aria-hidden": "true"},
    )
