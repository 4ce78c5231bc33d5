"""The code keeps the shape that CONTRIBUTING.md describes: short functions, short files, documented and annotated."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([*(ROOT / "ca_assets").rglob("*.py"), *(ROOT / "ca_dash").rglob("*.py")])
Function = ast.FunctionDef | ast.AsyncFunctionDef


def body_lines(node: Function) -> int:
    """Lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def functions() -> list[tuple[Path, Function]]:
    return [(f, n) for f in FILES for n in ast.walk(ast.parse(f.read_text(encoding="utf-8"))) if isinstance(n, Function)]


def test_functions_are_short() -> None:
    lengths = sorted(body_lines(node) for _, node in functions())
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 25
    assert lengths[-1] <= 50


def test_public_functions_say_what_they_do() -> None:
    silent = [f"{p.name}:{n.name}" for p, n in functions() if not n.name.startswith("_") and body_lines(n) > 3 and not ast.get_docstring(n)]
    assert not silent


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_is_short_documented_and_catches_nothing_blindly(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= 300
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None and ast.unparse(node.type) not in {"Exception", "BaseException"}
