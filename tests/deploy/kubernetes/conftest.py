"""The chart's objects, once per size."""

from functools import cache
from typing import Any

import pytest

from deploy.kubernetes.render import SIZES, Object, objects
from deploy.kubernetes.tools import find

once = cache(objects)


class Rendered(list[Object]):
    """What one size's chart makes."""

    def of(self, kind: str) -> dict[str, Object]:
        """The objects of one kind by name."""
        return {found["metadata"]["name"]: found for found in self if found["kind"] == kind}

    def pods(self) -> dict[str, Any]:
        """The pod of each deployment."""
        return {name: found["spec"]["template"]["spec"] for name, found in self.of("Deployment").items()}


@pytest.fixture(params=SIZES)
def rendered(request: pytest.FixtureRequest) -> Rendered:
    return _need(request.param)


@pytest.fixture
def national() -> Rendered:
    """The size that has every part."""
    return _need("national")


@pytest.fixture
def helm() -> None:
    """For tests that render by themselves."""
    _need("small")


def _need(size: str) -> Rendered:
    if find("helm") is None:
        pytest.skip("helm cannot be found: `make helm` builds it where Go is")
    return Rendered(once(size))


def containers(pod: Any) -> list[Any]:
    return [*pod["initContainers"], *pod["containers"]]
