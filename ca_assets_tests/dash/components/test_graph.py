"""Graphs are made in one place, which sends nothing anywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import ca_dash
from ca_dash.components.graph import CONFIG


def test_no_page_makes_its_own_graph() -> None:
    for path in Path(ca_dash.__file__).parent.rglob("*.py"):
        made = [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("Graph")
        ]
        assert not made or path.name == "graph.py", path
    assert CONFIG["showSendToCloud"] is False
