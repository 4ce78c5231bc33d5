"""One loaded tea shop for all tests of this folder, with Dagster's web server and daemon running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ca_assets_tests.control.installation import Installation, installed


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as patch:
        yield from installed(tmp_path_factory.mktemp("control"), patch)
