"""One Keycloak for a run: it takes a minute to start."""

from collections.abc import Iterator

import pytest

from tests.security import providers
from tests.security.providers import Local, OfKeycloak


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with providers.local(tmp_path_factory.mktemp("issuer")) as found:
        yield found


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfKeycloak]:
    with providers.keycloak(tmp_path_factory.mktemp("keycloak")) as found:
        yield found
