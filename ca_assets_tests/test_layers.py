"""Layers stay apart (docs/architecture.md): the import graph has no cycle between packages, and importing loads no more than it must."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("ca_assets", "ca_dash")
STORES = {"deltalake", "duckdb", "elasticsearch", "adbc_driver_postgresql"}
FRAMEWORKS = {"dagster", "dash", "flask", "sqlalchemy", "dash_mantine_components"}
# What of others' packages a package of ours must not import; of our own, the graph decides.
FORBIDDEN = {
    "ca_assets/contracts": STORES | FRAMEWORKS | {"ibis", "pandas"},
    "ca_assets/analyses": STORES | FRAMEWORKS,
    "ca_assets/cleaning": STORES | FRAMEWORKS,
    "ca_assets/sources": FRAMEWORKS,
    "ca_assets/engine": FRAMEWORKS | (STORES - {"duckdb"}),
    "ca_assets/lake": FRAMEWORKS,
    "ca_assets/index": FRAMEWORKS,
    "ca_assets/export": FRAMEWORKS,
    "ca_assets/settings": STORES | {"dagster", "dash", "flask"},
    "ca_assets/loading": STORES | {"dagster", "dash", "flask"},
    "ca_assets/dry_run": STORES | {"dagster", "dash", "flask"},
    "ca_assets/on_demand": STORES | FRAMEWORKS,
    "ca_assets/collector": STORES | {"dagster", "dash"},
    "ca_assets/models": STORES | FRAMEWORKS | {"ibis", "pandas"},
    "ca_assets/demo": STORES | FRAMEWORKS,
    "ca_assets/defs": STORES | {"dash", "flask"},
    "ca_assets/cli": STORES | {"dash", "flask"},
    "ca_dash": STORES | {"dagster", "torch"},
}
# Of our own packages: who may use the business, and who may not know the outside. The graph alone would allow these.
NOT_OURS = {
    "ca_assets/contracts": {"ca_assets.shop"},
    "ca_assets/analyses": {"ca_assets.cleaning", "ca_assets.engine", "ca_assets.lake", "ca_assets.index", "ca_assets.settings"},
    "ca_assets/cleaning": {"ca_assets.lake", "ca_assets.index", "ca_assets.settings"},
    "ca_assets/sources": {"ca_assets.lake", "ca_assets.index", "ca_assets.analyses"},
    "ca_assets/lake": {"ca_assets.sources", "ca_assets.cleaning"},
    "ca_assets/index": {"ca_assets.sources", "ca_assets.cleaning"},
    "ca_assets/on_demand": {"ca_assets.sources", "ca_assets.cleaning", "ca_assets.defs", "ca_assets.cli"},
    "ca_assets/collector": {"ca_assets.sources", "ca_assets.cleaning", "ca_assets.lake", "ca_assets.index", "ca_assets.analyses"},
    "ca_dash": {"ca_assets.defs", "ca_assets.cli", "ca_assets.sources", "ca_assets.cleaning", "ca_assets.loading"},
}


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name; a package is its `__init__`."""
    files = [file for name in OURS for file in sorted((ROOT / name).rglob("*.py"))]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


def imported_names(path: Path) -> set[str]:
    """Every name that a file imports, wherever in it: modules, and `module.name` for each name taken from one."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def with_parents(names: set[str]) -> set[str]:
    """`a.b` gives `a` and `a.b`."""
    return {".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 2)}


def sibling_graph(package: str) -> dict[str, set[str]]:
    """Which children (modules and packages) of a package import which others; `package` empty: the top-level packages."""
    known, depth = modules(), package.count(".") + 1 if package else 0
    graph: dict[str, set[str]] = {}
    for name, path in known.items():
        if package and not name.startswith(f"{package}."):
            continue
        child = ".".join(name.split(".")[: depth + 1])
        edges = graph.setdefault(child, set())
        for imported in imported_names(path):
            other = ".".join(imported.split(".")[: depth + 1])
            if other != child and other in known and other.rpartition(".")[0] == package:
                edges.add(other)
    return graph


def packages() -> list[str]:
    """Every package of ours, and the empty name for what holds them all."""
    return ["", *sorted(name for name, path in modules().items() if path.name == "__init__.py")]


@pytest.mark.parametrize("package", packages())
def test_no_import_cycle_between_siblings(package: str) -> None:
    try:
        TopologicalSorter(sibling_graph(package)).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle in {package or 'the repository'}: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("layer", FORBIDDEN | NOT_OURS)
def test_layer_imports_nothing_that_it_must_not(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py"))
    assert files
    forbidden = FORBIDDEN.get(layer, set()) | NOT_OURS.get(layer, set())
    offences = {str(f.relative_to(ROOT)): hit for f in files if (hit := with_parents(imported_names(f)) & forbidden)}
    assert not offences


def loaded_by(code: str, names: set[str]) -> str:
    """Those of `names` that are loaded once the code has run in a fresh interpreter, as a sorted list's text."""
    probe = f"import sys; {code}; print(sorted({names!r} & set(sys.modules)))"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip()


def test_the_platform_knows_nothing_of_the_shop_s_hooks() -> None:
    hooks = {"oscar_hooks", "django", "oscar", "segment"}
    assert not {name: hit for name, path in modules().items() if (hit := with_parents(imported_names(path)) & hooks)}


def test_analyses_load_no_framework_and_no_store_client() -> None:
    code = "from ca_assets.analyses.core.family import catalogue; assert catalogue()"
    assert loaded_by(code, {"dagster", "dash", "sqlalchemy", "elasticsearch", "deltalake", "torch"}) == "[]"


def test_the_web_application_loads_neither_torch_nor_dagster() -> None:
    code = "import ca_dash.app.factory; from ca_dash.app.site import find_site; assert all(p.specs() for p in find_site().panels.values())"
    assert loaded_by(code, {"torch", "dagster", "sklearn"}) == "[]"


def test_defs_do_not_postpone_annotations() -> None:
    offenders = [f.name for f in (ROOT / "ca_assets/defs").rglob("*.py") if "from __future__ import annotations" in f.read_text()]
    assert not offenders, "Dagster reads config and context annotations at run time"


def test_package_files_hold_a_docstring_only() -> None:
    for path in [*ROOT.glob("ca_assets/**/__init__.py"), *ROOT.glob("ca_dash/**/__init__.py")]:
        body = ast.parse(path.read_text()).body
        assert len(body) == 1 and isinstance(body[0], ast.Expr), path
