from collections.abc import Iterator

import pytest

from deploy.local import background
from deploy.local.client import LocalClient
from deploy.local.platform import ANY_PORTS


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalClient]:
    """A platform of its own for a module, in a folder that `pdp` finds."""
    folder = tmp_path_factory.mktemp("platform")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {ANY_PORTS: "1", "PDP_DATA": str(folder), "PDP_LANG": "en"}.items():
            environment.setenv(name, value)
        try:
            yield background.start(folder, lambda _: None)
        finally:
            background.stop(folder)
