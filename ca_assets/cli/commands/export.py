"""`ca export`: tables and reports as files, all from one snapshot, values unchanged (docs/contract, section 1)."""

from __future__ import annotations

import datetime as dt
import difflib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import click

from ca_assets.cli.output import Problem, note

if TYPE_CHECKING:
    from ca_assets.index.protocol import Snapshot

Format = Literal["csv", "json", "parquet", "html"]


@click.command("export")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="All reports and tables, into the folder --out.")
@click.option("--scope", default="all", show_default=True, help="Such as country=FR; '*' for all scopes in one file.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Report date; one that is not published is computed now.")
@click.option("--format", "form", type=click.Choice(("csv", "json", "parquet", "html")), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File (with --all: folder). [default: standard output]")
@click.option("--windows", is_flag=True, help="With --all: also the reports of the last 7, 28, 90 and 365 days.")
@click.option(
    "--list",
    "names",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda c, _o, v: _list(c) if v else None,
    help="Name all tables and reports, and end.",
)
def command(
    *, name: str | None, everything: bool, scope: str, as_of: dt.datetime | None, form: Format, out: Path | None, windows: bool
) -> None:
    """Write the table or report NAME (orders, downloads, rfm_segments, funnels/sessions_daily, stats/kpis, stats/hourly_orders@28d, …)."""
    if bool(name) == everything:
        raise Problem("name one table or report (orders, stats/kpis, …), or give --all --out FOLDER")
    if name is not None:
        _require_known(name)
    if everything and out is None:
        raise Problem("--all needs --out FOLDER")
    day = as_of.date() if as_of else None
    with _snapshot(name, scope, day, windows) as snapshot:
        _require_scope(snapshot, scope)
        _note_downloads(snapshot, name)
        if name is None and out is not None:
            _all(snapshot, out, scope=scope, day=day, form=form, windows=windows)
        elif name is not None:
            _one(snapshot, name, out or _standard_output(form), scope=scope, day=day, form=form)


def _tables() -> tuple[str, ...]:
    from ca_assets.export.scope import table_choices

    return table_choices()


def _known() -> list[str]:
    from ca_assets.analyses.core.family import catalogue

    return [*_tables(), *sorted(catalogue())]


def _list(context: click.Context) -> None:
    click.echo("\n".join(_known()))
    context.exit()


def _require_known(name: str) -> None:
    if name.partition("@")[0] not in _known():
        raise Problem(f"there is no table or report {name!r}{_close(name, _known())}; `ca export --list` names all")


def _require_scope(snapshot: Snapshot, scope: str) -> None:
    scopes = snapshot.scopes()
    if scope != "*" and scopes and scope not in scopes:
        raise Problem(f"there is no scope {scope!r}{_close(scope, scopes)}; of {len(scopes)} the first are {', '.join(scopes[:8])}")


def _note_downloads(snapshot: Snapshot, name: str | None) -> None:
    """Say what a download is where it is not what a customers source says."""
    from ca_assets.analyses.core.downloads import download_notes
    from ca_assets.analyses.core.family import catalogue

    spec = catalogue().get((name or "").partition("@")[0])
    if name in (None, "downloads") or (spec is not None and spec.starts_at_download):
        for text in download_notes(snapshot.meta()):
            note(text)


def _close(word: str, words: Sequence[str]) -> str:
    matches = difflib.get_close_matches(word, words, n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def _standard_output(form: Format) -> BinaryIO:
    if form == "parquet" and sys.stdout.isatty():
        raise Problem("Parquet is not for a terminal; give --out FILE")
    return sys.stdout.buffer


@contextmanager
def _snapshot(name: str | None, scope: str, day: dt.date | None, windows: bool) -> Iterator[Snapshot]:
    """The published state; where the requested day is not in it, one that is computed from the published tables."""
    from ca_assets.analyses.core.family import base_families, families, family_tables
    from ca_assets.index.open import open_index
    from ca_assets.loading.as_of_snapshot import snapshot_as_of
    from ca_assets.settings.process import process_settings
    from ca_assets.shop import Calendar

    settings = process_settings()
    wanted = _full_export() if name is None else {name.partition("/")[0]}
    with open_index(settings).snapshot() as published:
        if day is not None:
            Calendar(**published.meta().get("calendar", {})).require_day(day)
        if day is None or _is_published(published, wanted, scope, day):
            yield published
            return
    note(f"Reports as of {day} are not published; computing them")
    owners = {table: family.name for table, (family, _) in family_tables().items()}
    owners |= {family.report_name: family.name for family in families().values() if family.reports}
    names = {owners[each] for each in wanted & owners.keys()} & set(base_families()) or {"funnels"}  # a table's scopes are of any analysis
    with snapshot_as_of(settings, names, day, windows or "@" in (name or "")) as computed:
        yield computed


def _full_export() -> set[str]:
    """Names of the reports and of the families' tables that a full export has."""
    from ca_assets.analyses.core.family import NIGHTLY, families, latest_tables

    reports = {
        family.report_name for family in families().values() if family.is_in_full_export and family.job == NIGHTLY and family.reports
    }
    return reports | latest_tables().keys()


def _is_published(snapshot: Snapshot, wanted: set[str], scope: str, day: dt.date) -> bool:
    """Whether all that is wanted exists as of the day.

    The table of a family is that of the newest day; the scope of a load's table is decided by the newest day, so others are computed.
    """
    from ca_assets.analyses.core.family import latest_tables
    from ca_assets.export.export import is_published

    is_newest = snapshot.meta().get("report_date") == day.isoformat()
    tables = wanted & set(_tables())
    made = tables & latest_tables().keys()
    if made and not (is_newest and all(is_published(snapshot, name) for name in made)):
        return False
    if tables - made and not (is_newest or scope in ("all", "*")):
        return False
    return wanted - tables <= {key.report_name for key in snapshot.keys() if key.report_date == day}  # noqa: SIM118


def _one(snapshot: Snapshot, name: str, out: BinaryIO | Path, *, scope: str, day: dt.date | None, form: Format) -> None:
    from ca_assets.export.export import export_report, export_table

    if name in _tables():
        rows = export_table(snapshot, name, out, scope=scope, format=form)
    else:
        rows = export_report(snapshot, name, out, scope=scope, report_date=day, format=form)
    if isinstance(out, Path):
        note(f"{out}: {rows:,} rows")


def _all(snapshot: Snapshot, out: Path, *, scope: str, day: dt.date | None, form: Format, windows: bool) -> None:
    from ca_assets.export.export import export_all

    written = export_all(snapshot, out, scope=scope, report_date=day, format=form, windows=windows)
    note(f"{out}: {len(written)} files, {sum(written.values()):,} rows")
