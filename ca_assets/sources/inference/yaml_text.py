"""A guess as text to paste into shop.yaml. Belongs here: the text; unsure lines say so, missing ones are comments."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping

import yaml

from ca_assets.contracts.sources import REQUIRED_COLUMNS, our_name
from ca_assets.sources.inference.mapping import LIKELY, SURE, Guess, Option, Proposal

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
COMMENT_AT, QUESTION_WIDTH = 46, 94


def guess_yaml(source: str, guess: Guess) -> str:
    """The part of shop.yaml below `sources:`."""
    lines = [f"{source}:"]
    lines += [_commented(f"  {line}", "the values are written so") for line in option_lines(guess.options)]
    lines.append("  columns:")
    lines += [_column(source, proposal) for proposal in guess.columns]
    lines += [f"    # {ours}: ?    required, and no column of yours looks like it" for ours in guess.missing]
    lines += _listed("dimensions", guess.dimensions, "few different texts; keep what you want reports of")
    actions = "in the order of your funnel" if source == "sessions" else "times, in the order of your funnel"
    lines += _listed("actions", guess.actions, f"put them {actions}")
    for question in guess.open_questions:
        lines += textwrap.wrap(question, QUESTION_WIDTH, initial_indent="  # ", subsequent_indent="  #   ", break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def option_lines(options: Mapping[str, Option]) -> list[str]:
    """Keys of a source with their values, a line of YAML each."""
    return [f"{key}: {_value(value)}" for key, value in options.items()]


def _value(value: Option) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_value(text)}" for key, text in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value) if isinstance(value, str) else str(value)


def _column(source: str, proposal: Proposal) -> str:
    is_useless = proposal.is_empty and proposal.ours not in REQUIRED_COLUMNS[source]
    how = "sure" if proposal.score >= SURE else "likely" if proposal.score >= LIKELY else "UNSURE, check it"
    return _commented(f"    {'# ' if is_useless else ''}{proposal.ours}: {_scalar(proposal.theirs)}", f"{how}: {proposal.why}")


def _commented(line: str, words: str) -> str:
    return f"{line.ljust(COMMENT_AT)} # {words}"


def _scalar(text: str) -> str:
    """As a scalar of YAML that is read as this text."""
    return text if PLAIN.fullmatch(text) and yaml.safe_load(text) == text else json.dumps(text, ensure_ascii=False)


def _listed(key: str, names: list[str], words: str) -> list[str]:
    if not names:
        return []
    pairs = [(our_name(name), name) for name in names]
    if all(ours == theirs for ours, theirs in pairs):
        return [_commented(f"  {key}: [{', '.join(map(_scalar, names))}]", words)]
    return [_commented(f"  {key}: {{{', '.join(f'{_scalar(ours)}: {_scalar(theirs)}' for ours, theirs in pairs)}}}", words)]
