from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import background
from deploy.local.client import LocalClient
from deploy.local.platform import ANY_PORTS
from shared.testing.collector import Collector, collecting
from tests.running.developed import SHARE
from tests.running.travelled import Travelled, travel

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.platform)


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """Where the platform's spans go."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="package")
def client(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalClient]:
    """The platform, in a folder that `pdp` finds."""
    folder = tmp_path_factory.mktemp("platform")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            ANY_PORTS: "1",
            "PDP_DATA": str(folder),
            "PDP_LANG": "en",
            "PDP_OTLP_ENDPOINT": collector.endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "PDP_CALIBRATION_SHARE_BP": str(SHARE),
        }.items():
            environment.setenv(name, value)
        try:
            yield background.start(folder, lambda _: None)
        finally:
            background.stop(folder)


@pytest.fixture(scope="package")
def travelled(client: LocalClient, collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Travelled:
    """A supplier's way through the whole program."""
    return travel(client, collector, tmp_path_factory.mktemp("sample"))
