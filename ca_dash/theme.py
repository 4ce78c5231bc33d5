"""Colours and the one plotly template, light and dark. Colours are used by their role; no figure names a hex value.

Categories: the hues of Okabe and Ito (2008), in lightnesses of which each reaches 3 : 1 on the surface (WCAG 2.2, 1.4.11), found by
a search for the largest distance (Oklab) of the closest pair as people of each kind of colour vision see it (Machado et al. 2009). The
light palette's closest pair is further apart than theirs is. The first is the accent, the last, grey, for the rest.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import plotly.graph_objects as go

Scheme = Literal["light", "dark"]
FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"
PALETTES: dict[Scheme, tuple[str, ...]] = {
    "light": ("#0072B2", "#C8831D", "#175C33", "#A12178", "#A86620", "#4D98C8", "#73766B"),
    "dark": ("#56B4E9", "#F0982D", "#A7F7D0", "#965488", "#D55921", "#F7D553", "#979798"),
}
INK = {"light": "#1b1f27", "dark": "#e7e9ee"}
MUTED = {"light": "#667085", "dark": "#98a1b3"}
GRID = {"light": "#eceef2", "dark": "#272c36"}
SURFACE = {"light": "#ffffff", "dark": "#171a21"}
# Mantine wants ten shades; 6 is used in light, 5 in dark. They run from the tint of the Okabe-Ito blue to its shade.
ACCENT = ("#e8f4fb", "#cfe7f6", "#a3d1ee", "#7ac0ea", "#56b4e9", "#2f97d3", "#0072b2", "#00619a", "#005080", "#003e64")
DARK = ("#e7e9ee", "#c3c8d2", "#98a1b3", "#6b7486", "#3a4150", "#2d333f", "#222732", "#171a21", "#101318", "#0b0d11")


@cache
def template(scheme: Scheme) -> go.layout.Template:
    """The plotly template of a colour scheme: quiet grid, no frame, counts from zero, system font."""
    layout = go.Layout(
        font={"family": FONT, "size": 12, "color": MUTED[scheme]},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=PALETTES[scheme],
        margin={"l": 8, "r": 12, "t": 10, "b": 8, "autoexpand": True},
        xaxis=_axis(scheme, has_grid=False),
        yaxis=_axis(scheme, has_grid=True),
        hovermode="x unified",
        hoverlabel={
            "bgcolor": SURFACE[scheme],
            "bordercolor": GRID[scheme],
            "font": {"family": FONT, "size": 12, "color": INK[scheme]},
            "namelength": -1,
        },
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "xanchor": "left",
            "font": {"size": 12},
            "itemsizing": "constant",
            "title": {"text": ""},
        },
        bargap=0.28,
        bargroupgap=0.08,
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": MUTED[scheme], "activecolor": INK[scheme]},
    )
    return go.layout.Template(layout=layout)


def _axis(scheme: Scheme, *, has_grid: bool) -> dict[str, object]:
    return {
        "showgrid": has_grid,
        "gridcolor": GRID[scheme],
        "zeroline": False,
        "showline": not has_grid,
        "linecolor": GRID[scheme],
        "ticks": "" if has_grid else "outside",
        "tickcolor": GRID[scheme],
        "ticklen": 4,
        "tickfont": {"size": 11, "color": MUTED[scheme]},
        "title": {"font": {"size": 11, "color": MUTED[scheme]}, "standoff": 8},
        "automargin": True,
        "exponentformat": "B",
        "separatethousands": True,
        "nticks": 6 if has_grid else None,
        "autotickangles": [0],
    }


def mantine_theme() -> dict[str, object]:
    """Mantine's theme: the same accent, greys and font as the figures."""
    return {
        "colors": {"accent": list(ACCENT), "dark": list(DARK)},
        "primaryColor": "accent",
        "primaryShade": {"light": 6, "dark": 5},
        "fontFamily": FONT,
        "defaultRadius": "md",
        "cursorType": "pointer",
        "headings": {"fontFamily": FONT, "fontWeight": "620"},
    }


def text_on(color: str) -> str:
    """Black or white, whichever is easier to read on a colour (the larger contrast; 4.58 at least)."""
    return max(("#000000", "#ffffff"), key=lambda text: contrast(text, color))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def sequential(scheme: Scheme, steps: int = 9) -> tuple[tuple[float, str], ...]:
    """A colour scale of even steps of lightness (Oklab), from the surface to the accent's far end: for heat maps."""
    ends = {"light": ("#f0f7fb", "#0b4f7d"), "dark": ("#1d2731", "#9bdcff")}[scheme]
    first, last = (_to_oklab(color) for color in ends)
    shares = [step / (steps - 1) for step in range(steps)]
    return tuple((share, _from_oklab(*(a + (b - a) * share for a, b in zip(first, last, strict=True)))) for share in shares)


def _to_oklab(color: str) -> tuple[float, float, float]:
    """Oklab (Björn Ottosson, 2020) of an sRGB colour: differences in it are differences to the eye."""
    red, green, blue = (_linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> str:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    parts = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(max(part, 0.0), 1.0))):02x}" for part in parts)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
