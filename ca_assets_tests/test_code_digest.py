"""Kept results belong to the code that made them."""

from __future__ import annotations

from pathlib import Path

from ca_assets.code_digest import code_digest, files_digest


def test_the_digest_follows_names_and_contents(tmp_path: Path) -> None:
    paths = [tmp_path / "a.py", tmp_path / "b.py"]
    for path in paths:
        path.write_text("x = 1\n")
    before = files_digest(paths)
    assert files_digest(reversed(paths)) == before
    paths[0].write_text("x = 2\n")
    changed = files_digest(paths)
    paths[0].write_text("x = 1\n")
    assert files_digest(paths) == before != changed
    assert files_digest([paths[0], paths[1].rename(tmp_path / "c.py")]) != before


def test_each_package_has_its_own() -> None:
    assert len({code_digest("analyses"), code_digest("cleaning"), code_digest("cleaning", "sources")}) == 3
