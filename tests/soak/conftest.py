"""The grounds of the short soaks: one of each kind, made once."""

from collections.abc import Iterator

import pytest

from tests.soak.places import KINDS, Ground, ground


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground("sqlite", tmp_path_factory.mktemp("soak-sqlite")) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground("postgresql", tmp_path_factory.mktemp("soak-postgresql")) as made:
        yield made


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest) -> Ground:
    """A ground of either kind."""
    return request.getfixturevalue(request.param)
