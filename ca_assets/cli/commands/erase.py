"""`ca erase`: customers who asked for it, from everything that is kept."""

from __future__ import annotations

import click

from ca_assets.cli.output import Problem, note, say, table


@click.command("erase")
@click.argument("clients", nargs=-1, required=True, metavar="CLIENT...")
@click.option("--reason", default="", help="Kept with the erasure, such as the number of the request; no name in it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(clients: tuple[str, ...], reason: str, yes: bool) -> None:
    """Replace customers' ids everywhere by random pseudonyms, for ever, and prints what was searched.

    Totals stay. The ids stay erased though the sources still have them. Run it again when it was interrupted.
    """
    from ca_assets.erasure.erase import erase
    from ca_assets.loading.run import NotReady
    from ca_assets.settings.database import open_database
    from ca_assets.settings.process import process_settings

    if not yes:
        click.confirm(f"Erase {len(clients)} customers? It cannot be undone", abort=True)
    try:
        proof = erase(process_settings(), open_database(), clients, reason, note)
    except NotReady as error:
        raise Problem(str(error)) from None
    table(("total", "before", "after"), [(name, proof.before[name], proof.after.get(name)) for name in proof.before], right=(1, 2))
    say(f"searched: {proof.files:,} files, {proof.documents:,} documents and reports of the index")
    for source in proof.sources:
        say(f"still with the shop: {source}")
    for place in proof.left:
        say(f"STILL FOUND: {place}")
    if not proof.is_complete:
        raise Problem("the ids are not gone everywhere; stop what writes the files above, and run it again")
    say(f"Erased: {len(clients)} of {len(clients)} customers, found nowhere any more.")
