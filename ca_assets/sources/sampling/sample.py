"""How large a sample is, of what, and how it was taken: the value that all kinds of samples share."""

from __future__ import annotations

import glob
from dataclasses import dataclass, field
from pathlib import Path

from ca_assets.shop import SourceConfig

PLACES = 64  # of a file, spread over it: its first rows are often its oldest, and unlike the others
WHOLE_TIMES = 2.5  # a source with no more than so many times the rows of a sample is read whole


@dataclass(frozen=True)
class LinePlace:
    """From its line `sample_line` on a sample's file holds what the source has after `share` (0..1) of its bytes.

    `shift` is what makes a line of the sample one of the source, None where nobody counted.
    """

    sample_line: int
    shift: int | None
    share: float


@dataclass(frozen=True)
class Sample:
    """`config` reads the sample (the source itself when `is_whole`). `total`: rows of the source, None when unknown.

    `how`: in words, where the rows are from; `places`: of a single CSV file, for line numbers.
    """

    config: SourceConfig
    is_whole: bool
    total: int | None = None
    is_total_exact: bool = False
    how: str = ""
    places: tuple[LinePlace, ...] = field(default=())

    def place(self, line: int | None) -> tuple[int | None, str | None]:
        """A line of the sample as one of the source: its number where it is known, else about where that is."""
        if line is None or self.is_whole or not self.places:
            return (line if self.is_whole else None), None
        place = [place for place in self.places if place.sample_line <= line][-1]
        if place.shift is not None:
            return line + place.shift, None
        return None, "near the end of the file" if place.share > 0.95 else f"about {place.share:.0%} into the file"


def own_folder(staging: Path, name: str) -> Path:
    """An empty folder for a source's sample."""
    folder = staging / "samples" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def every_file(folder: Path) -> str:
    """The pattern of the files in the folders of `folder` (whose own name may have signs of a pattern)."""
    return f"{glob.escape(str(folder))}/*/*"
