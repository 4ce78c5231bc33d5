"""Layers stay apart (docs/architecture.md): which package may import what, read from the source, and what importing really loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STORES = {"deltalake", "duckdb", "elasticsearch", "adbc_driver_postgresql"}
FRAMEWORKS = {"dagster", "dash", "flask", "sqlalchemy", "dash_mantine_components"}
OWN_LAYERS = {f"ca_assets.{name}" for name in ("sources", "tables", "analyses", "storage", "loads", "defs", "cli", "settings")}
FORBIDDEN = {
    "ca_assets/analyses": STORES | FRAMEWORKS | {"ca_dash"} | (OWN_LAYERS - {"ca_assets.analyses"}),
    "ca_assets/tables": STORES | FRAMEWORKS | {"ca_dash", "ca_assets.storage", "ca_assets.defs", "ca_assets.cli", "ca_assets.settings"},
    "ca_assets/sources": FRAMEWORKS | {"ca_dash", "ca_assets.storage", "ca_assets.defs", "ca_assets.cli", "ca_assets.analyses"},
    "ca_assets/storage": FRAMEWORKS | {"ca_dash", "ca_assets.defs", "ca_assets.cli", "ca_assets.sources"},
    "ca_assets/settings": STORES | {"dagster", "dash", "flask", "ca_dash", "ca_assets.defs", "ca_assets.cli"},
    "ca_assets/loads": STORES | {"dagster", "dash", "flask", "ca_dash", "ca_assets.defs", "ca_assets.cli"},
    "ca_assets/demo": STORES | FRAMEWORKS | {"ca_dash"} | OWN_LAYERS,
    "ca_assets/defs": STORES | {"dash", "flask", "ca_dash", "ca_assets.cli"},
    "ca_assets/cli": STORES | {"dash", "flask", "ca_dash", "ca_assets.defs"},
    "ca_dash": STORES | {"dagster", "ca_assets.defs", "ca_assets.cli", "ca_assets.sources", "ca_assets.tables"},
}


def imported_names(path: Path) -> set[str]:
    """Every module that a file imports, with its parents (`a.b` gives `a` and `a.b`)."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return {".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 2)}


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_layer_imports_nothing_that_it_must_not(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py"))
    assert files
    offences = {str(f.relative_to(ROOT)): hit for f in files if (hit := imported_names(f) & FORBIDDEN[layer])}
    assert not offences


def test_analyses_load_no_framework_and_no_store_client() -> None:
    probe = (
        "import sys; from ca_assets.analyses.report import catalogue; assert catalogue(); "
        "print(sorted({'dagster', 'dash', 'sqlalchemy', 'elasticsearch', 'deltalake'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "[]"


def test_defs_do_not_postpone_annotations() -> None:
    offenders = [f.name for f in (ROOT / "ca_assets/defs").rglob("*.py") if "from __future__ import annotations" in f.read_text()]
    assert not offenders, "Dagster reads config and context annotations at run time"


def test_package_files_hold_a_docstring_only() -> None:
    for path in [*ROOT.glob("ca_assets/**/__init__.py"), *ROOT.glob("ca_dash/**/__init__.py")]:
        body = ast.parse(path.read_text()).body
        assert len(body) == 1 and isinstance(body[0], ast.Expr), path
