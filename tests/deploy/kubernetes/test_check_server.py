"""The check by a real API server fails where it should; that the chart passes, `make check-chart-server` tells."""

import json

import pytest

from deploy.kubernetes import check_server
from deploy.kubernetes.apiserver import is_built
from deploy.kubernetes.render import Object, objects
from deploy.kubernetes.tools import ChartError

pytestmark = [
    pytest.mark.long,
    pytest.mark.usefixtures("helm"),
    pytest.mark.skipif(not is_built(), reason="`make check-chart-server` builds the server that this needs"),
]


def test_a_chart_whose_pods_are_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_root(size: str, changes: dict[str, str] | None = None) -> list[Object]:
        return json.loads(json.dumps(objects(size, changes)).replace('"runAsUser": 10001', '"runAsUser": 0'))

    monkeypatch.setattr(check_server, "objects", as_root)
    with pytest.raises(ChartError) as refused:
        check_server.check()
    assert 'small: Pod/matching is refused: pods "matching" is forbidden: violates PodSecurity' in str(refused.value)
    assert "small: Deployment/matching gets a warning: " in str(refused.value)


def test_a_server_that_lets_everything_pass_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(check_server.HOME["metadata"], "labels", {})
    with pytest.raises(ChartError, match="a pod that is root was taken"):
        check_server.check()
