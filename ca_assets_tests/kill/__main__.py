"""`python -m ca_assets_tests.kill --times 50 [--training] [--seed S] [--index-url URL]`: kill so many loads; 1 when anything was wrong."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from ca_assets_tests.kill.harness import Experiment
from ca_assets_tests.kill.training import TrainingExperiment


def main() -> None:
    """Run it in a temp folder."""
    parser = argparse.ArgumentParser(prog="python -m ca_assets_tests.kill", description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="Repeats the moments. [default: another each time]")
    parser.add_argument("--index-url", help="A real Elasticsearch instead of the embedded index.")
    parser.add_argument("--training", action="store_true", help="A weekly training beside each load; it is killed, the load, or both.")
    arguments = parser.parse_args()
    kind = TrainingExperiment if arguments.training else Experiment
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory(prefix="ca-kill-") as folder:
        result = kind(Path(folder), arguments.seed, arguments.index_url).kill_many(arguments.times)
    print(result.text())
    sys.exit(bool(result.problems))


if __name__ == "__main__":
    main()
