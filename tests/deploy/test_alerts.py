"""One list of alerts for compose and for the cluster; that each speaks when it should, `alerts_test.yaml` says."""

import re

from deploy.compose.layout import FOLDER
from deploy.kubernetes.render import CHART
from deploy.target.services import present

RULES = (CHART / "alerts.yaml").read_text(encoding="utf-8")


def test_compose_judges_by_the_charts_rules() -> None:
    mounted = re.findall(r"- (\S+alerts\.yaml):/etc/prometheus/alerts\.yaml:ro", (FOLDER / "compose.yaml").read_text())
    assert [(FOLDER / file).resolve() for file in mounted] == [CHART / "alerts.yaml"]


def test_a_rule_looks_at_its_own_release_only() -> None:
    """The chart puts its namespace where `pdp` stands; what compose's Prometheus asks has that one."""
    lines = [line for line in RULES.splitlines() if not line.strip().startswith(("#", "summary:"))]
    asked = re.findall(r'\b(?:pdp_\w+|up)\b(\{namespace="pdp"[,}])?', "\n".join(lines))
    assert len(asked) > 12
    assert all(asked)
    assert "labels: {namespace: pdp}" in (FOLDER / "observe" / "prometheus.yaml").read_text()


def test_every_service_is_missed_when_it_is_away() -> None:
    assert re.findall(r'absent\(up\{namespace="pdp", job="(\w+)"\}\)', RULES) == list(present())
    assert f'job=~"{"|".join(present())}"' in RULES
