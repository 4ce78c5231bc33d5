"""A guess as text to paste into shop.yaml. Belongs here: the text; unsure lines say so, missing ones are comments."""

from __future__ import annotations

import json
import re
import textwrap

import yaml

from ca_assets.sources.guess import LIKELY, SURE, Guess, Proposal
from ca_assets.tables.contracts import REQUIRED_COLUMNS

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
COMMENT_AT, NOTE_WIDTH = 46, 94


def guess_yaml(source: str, guess: Guess) -> str:
    """The part of shop.yaml below `sources:`."""
    lines = [f"{source}:"]
    lines += [_commented(f"  {key}: {_scalar(value)}", "the values are written so") for key, value in guess.options.items()]
    lines.append("  columns:")
    lines += [_column(source, each) for each in guess.columns]
    lines += [f"    # {ours}: ?    required, and no column of yours looks like it" for ours in guess.missing]
    lines += _listed("dimensions", guess.dimensions, "few different texts; keep what you want reports of")
    actions = "in the order of your funnel" if source == "sessions" else "times, in the order of your funnel"
    lines += _listed("actions", guess.actions, f"put them {actions}")
    for note in guess.notes:
        lines += textwrap.wrap(note, NOTE_WIDTH, initial_indent="  # ", subsequent_indent="  #   ", break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def _column(source: str, each: Proposal) -> str:
    is_useless = each.is_empty and each.ours not in REQUIRED_COLUMNS[source]
    return _commented(f"    {'# ' if is_useless else ''}{each.ours}: {_scalar(each.theirs)}", _words(each))


def _words(each: Proposal) -> str:
    how = "sure" if each.score >= SURE else "likely" if each.score >= LIKELY else "UNSURE, check it"
    return f"{how}: {each.why}"


def _commented(line: str, words: str) -> str:
    return f"{line.ljust(COMMENT_AT)} # {words}"


def _scalar(text: str) -> str:
    return text if PLAIN.fullmatch(text) and yaml.safe_load(text) == text else json.dumps(text, ensure_ascii=False)


def _listed(key: str, names: list[str], words: str) -> list[str]:
    if not names:
        return []
    pairs = [(_our_name(name), name) for name in names]
    if all(ours == theirs for ours, theirs in pairs):
        return [_commented(f"  {key}: [{', '.join(map(_scalar, names))}]", words)]
    return [_commented(f"  {key}: {{{', '.join(f'{_scalar(ours)}: {_scalar(theirs)}' for ours, theirs in pairs)}}}", words)]


def _our_name(theirs: str) -> str:
    """A name that shop.yaml allows."""
    name = re.sub(r"[^\w -]+", "_", theirs).strip("_ -")[:64]
    return name or "unnamed"
