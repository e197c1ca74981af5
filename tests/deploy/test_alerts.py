"""One list of alerts for compose and for the cluster; that each speaks when it should, `alerts_test.yaml` says."""

import re
from pathlib import Path

from deploy.compose.layout import FOLDER
from deploy.kubernetes.render import CHART
from deploy.target.services import present

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook" / "alerts.md"
RULES = (CHART / "alerts.yaml").read_text(encoding="utf-8")


def test_compose_judges_by_the_charts_rules() -> None:
    mounted = re.findall(r"- (\S+alerts\.yaml):/etc/prometheus/alerts\.yaml:ro", (FOLDER / "compose.yaml").read_text())
    assert [(FOLDER / file).resolve() for file in mounted] == [CHART / "alerts.yaml"]


def test_a_rule_looks_at_its_own_release_only() -> None:
    """The chart puts its namespace where `pdp` stands; what compose's Prometheus asks has that one."""
    lines = [line for line in RULES.splitlines() if not line.strip().startswith(("#", "summary:"))]
    metric = r"(?:pdp|cnpg|barman|node|kubelet)_(?!io_)\w+|up"
    asked = re.findall(rf'\b(?:{metric})\b(\{{namespace="pdp"[,}}])?', "\n".join(lines))
    assert len(asked) > 24
    assert all(asked)
    assert "labels: {namespace: pdp}" in (FOLDER / "observe" / "prometheus.yaml").read_text()


def test_every_service_is_missed_when_it_is_away() -> None:
    assert re.findall(r'absent\(up\{namespace="pdp", job="(\w+)"\}\)', RULES) == list(present())
    assert f'job=~"{"|".join(present())}"' in RULES


def test_every_alert_waits_and_leads_to_its_section() -> None:
    """A page by itself, and the same page at an address that the chart is given."""
    rules = re.findall(r"- alert: (\w+)(.*?)(?=- alert:|- name:|\Z)", RULES, re.DOTALL)
    assert len(rules) > 14
    sections = {f"#{name.lower()}" for name in re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE)}
    for alert, rule in rules:
        assert re.search(r"^ +for: \d+[smh]$", rule, re.MULTILINE), f"{alert} does not wait"
        [anchor] = re.findall(r"runbook_url: docs/runbook/alerts\.md(#.+)$", rule, re.MULTILINE)
        assert anchor in sections or (alert, anchor) == ("PdpAlarm", "#{{ $labels.name }}"), alert
