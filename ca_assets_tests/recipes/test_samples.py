"""Each recipe reads its own sample into the figures that a person computed; none is without."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.contracts.sources import SOURCES
from ca_assets.recipes.recipe import load_recipe, recipe_names
from ca_assets_tests.recipes.sample import SAMPLES, Sample, differences, rows_of

KPIS = {"orders", "revenue", "refunds"}


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_reads_its_sample(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    sample = Sample(name)
    expected, loaded = sample.expected, sample.load(tmp_path, request)
    counts = {source: {word: loaded.counts[source].get(word, 0) for word in words} for source, words in expected["counts"].items()}
    assert counts == expected["counts"]
    kpis = {metric: {"total": value} for metric, value in expected["kpis"].items()}
    assert differences(kpis, rows_of(loaded, "kpis")) == []
    for subject in expected.keys() - {"counts", "kpis"}:
        rows = rows_of(loaded, subject)
        assert differences(expected[subject], rows) == []
        assert set(rows) == set(expected[subject])


@pytest.mark.parametrize("name", recipe_names())
def test_a_sample_says_what_matters(name: str) -> None:
    recipe, expected = load_recipe(name), Sample(name).expected
    assert set(recipe.sources) <= set(expected["counts"]), "counts of every source of the recipe"
    assert set(expected["kpis"]) >= KPIS
    assert all(expected["kpis"][metric] for metric in ("orders", "revenue")), "a sample has orders"
    assert expected["orders"]
    assert ("products" in expected) >= ("baskets" in recipe.sources)
    assert ("downloads" in expected) >= ("customers" in recipe.sources)


def test_every_sample_has_its_recipe() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == list(recipe_names())


@pytest.mark.parametrize("name", recipe_names())
def test_the_readme_says_what_to_write(name: str) -> None:
    """A row per recipe, with each of its sources."""
    lines = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if f"{{recipe: {name}" in line]
    assert {source for source in SOURCES if f"{source}:" in row} == set(load_recipe(name).sources)
