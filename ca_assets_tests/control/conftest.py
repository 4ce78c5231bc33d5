"""A tea shop that nobody has loaded yet for the tests of a file, with Dagster's web server and daemon running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ca_assets_tests.control.installation import Installation, installed


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as patch:
        yield from installed(tmp_path_factory.mktemp("control"), patch)
