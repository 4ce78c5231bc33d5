"""The code keeps the shape that CONTRIBUTING.md describes: packages by subject, files of one subject, documented, in the field's words.

How complex a function may be is ruff's to say (C901, PLR0912, PLR0915).
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOOKS = ROOT / "oscar_hooks" / "src"
PRODUCT = sorted(path for folder in (ROOT / "ca_assets", ROOT / "ca_dash", HOOKS) for path in folder.rglob("*.py"))
TESTS = sorted((ROOT / "ca_assets_tests").rglob("*.py"))
FOLDERS = sorted({path.parent for path in (*PRODUCT, *TESTS)})
FILE_LINES, FOLDER_FILES, SAME_PREFIX, TEST_NAME, TRIVIAL_LINES = 400, 20, 4, 60, 3
OLD_WORDS = re.compile(
    r"patien\w*|silen\w*|notes|notnow|pace|kept\w*|asked|ahead|one_ahead|held|shelf|payers?|losers?|judged|refused|peek"
    r"|found|each|it|taken|intake|turn|next_turn|slice|cover"
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def body_lines(node: Function) -> int:
    """Lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def public_functions(tree: ast.Module) -> Iterator[Function]:
    """Functions of the module and of its classes, without those inside of functions."""
    for node in tree.body:
        for inner in [node, *node.body] if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, Function) and not inner.name.startswith("_"):
                yield inner


def test_files_are_short_and_say_what_they_are() -> None:
    assert [name_of(path) for path in (*PRODUCT, *TESTS) if text_of(path).count("\n") > FILE_LINES] == []
    assert [name_of(path) for path in (*PRODUCT, *TESTS) if not ast.get_docstring(tree_of(path))] == []


def test_a_folder_is_no_flat_heap() -> None:
    stems = {folder: [path.stem.removeprefix("test_") for path in folder.glob("*.py") if path.name != "__init__.py"] for folder in FOLDERS}
    assert [name_of(folder) for folder, files in stems.items() if len(files) > FOLDER_FILES] == []
    prefixes = Counter((name_of(folder), stem.split("_")[0]) for folder, files in stems.items() for stem in files if "_" in stem)
    assert [where for where, files in prefixes.items() if files >= SAME_PREFIX] == [], "files with one prefix are a package"


def test_public_functions_say_what_they_do() -> None:
    functions = [(path, node) for path in PRODUCT for node in public_functions(tree_of(path))]
    long = [(path, node) for path, node in functions if body_lines(node) > TRIVIAL_LINES]
    assert [f"{name_of(path)}: {node.name}" for path, node in long if not ast.get_docstring(node)] == []


def test_nothing_is_caught_blindly() -> None:
    """But in a shop's hooks: that nothing of theirs reaches the shop is what they are for."""
    handlers = [
        (path, node)
        for path in PRODUCT
        if HOOKS not in path.parents
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
    ]
    blind = [where for where, node in handlers if node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}]
    assert list(map(name_of, blind)) == []


def test_names_are_the_words_of_the_field() -> None:
    """Of functions and classes: `retry`, not `patiently`; `manifest`, not `notes`."""
    names = [(path, node.name) for path in PRODUCT for node in ast.walk(tree_of(path)) if isinstance(node, Function | ast.ClassDef)]
    assert [f"{name_of(path)}: {name}" for path, name in names if OLD_WORDS.fullmatch(name.strip("_").lower())] == []


def test_names_of_tests_are_short() -> None:
    tests = [(path, node.name) for path in TESTS for node in ast.walk(tree_of(path)) if isinstance(node, Function)]
    assert [f"{name_of(path)}: {name}" for path, name in tests if name.startswith("test_") and len(name) >= TEST_NAME] == []
