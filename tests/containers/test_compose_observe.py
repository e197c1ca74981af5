"""Alert rules, scraping and dashboards of `deploy/compose`: they name what the services have. No engine is asked."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from deploy.compose.layout import FOLDER
from deploy.kubernetes.render import CHART
from deploy.target.services import present
from shared.runtime import metrics
from shared.service import alarms

OBSERVE = FOLDER / "observe"
ALERTS = CHART / "alerts.yaml"
DASHBOARDS = sorted((OBSERVE / "dashboards").glob("*.json"))
METRIC = re.compile(r"\bpdp_[a-z_]+")


def expressions(dashboard: Path) -> Iterator[str]:
    panels: list[dict[str, Any]] = json.loads(dashboard.read_text())["panels"]
    for panel in panels:
        assert panel["datasource"]["uid"] == "prometheus", panel["title"]
        yield from (target["expr"] for target in panel["targets"])


def known_metrics() -> set[str]:
    """Every name under which a service shows a figure."""
    assert metrics.ALARM is not None
    families = {family.name: family.type for family in REGISTRY.collect() if family.name.startswith("pdp_")}
    endings = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
    return {name + ending for name, kind in families.items() for ending in endings[kind]}


def promtool(*arguments: str) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    checked = subprocess.run([program, *arguments], capture_output=True, text=True, cwd=OBSERVE, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def named_metrics() -> set[str]:
    texts = [ALERTS.read_text(), *(text for file in DASHBOARDS for text in expressions(file))]
    return {name for text in texts for name in METRIC.findall(text)}


def test_rules_and_dashboards_name_figures_that_services_have() -> None:
    assert len(named_metrics()) > 8
    assert named_metrics() - known_metrics() == set()


def test_every_figure_is_looked_at() -> None:
    looked_at = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in named_metrics()}
    assert {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in known_metrics()} == looked_at


def test_every_alarm_is_told_and_the_worst_at_once() -> None:
    worst, others = re.findall(r'pdp_alarm\{namespace="pdp", name(=~|!~)"([a-z_|]+)"\}', ALERTS.read_text())
    assert (worst[0], others[0]) == ("=~", "!~")
    at_once, left_out = set(worst[1].split("|")), set(others[1].split("|"))
    assert left_out - at_once == {"partner_paused"}, "which has an alert of its own, by topic"
    assert at_once < left_out <= set(alarms.ALARMS)


def test_every_service_is_asked() -> None:
    [targets] = re.findall(r"targets: \[(registration.*)\]", (OBSERVE / "prometheus.yaml").read_text())
    assert targets.split(", ") == [f"{name}:8000" for name in present()]


def test_rules_speak_when_they_should() -> None:
    promtool("check", "rules", str(ALERTS))
    promtool("test", "rules", "alerts_test.yaml")


def test_who_is_told_is_valid() -> None:
    program = shutil.which("amtool")
    if program is None:
        pytest.skip("amtool is not installed (Debian: prometheus-alertmanager)")
    command = [program, "check-config", str(OBSERVE / "alertmanager.yaml")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_prometheus_tells_the_alertmanager_of_the_stack() -> None:
    asked = re.findall(r'"(\w+):(\d+)"', (OBSERVE / "prometheus.yaml").read_text())
    services = (FOLDER / "compose.yaml").read_text()
    assert asked == [("alertmanager", "9093"), ("machine", "9100")]
    assert all(f"\n  {name}:\n    <<: *observer" in services for name, _ in asked)


def test_the_scraping_is_valid(tmp_path: Path) -> None:
    (tmp_path / "alerts.yaml").write_text(ALERTS.read_text())
    local = (OBSERVE / "prometheus.yaml").read_text().replace("/etc/prometheus/", "")
    (tmp_path / "prometheus.yaml").write_text(local)
    promtool("check", "config", str(tmp_path / "prometheus.yaml"))


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_asks_valid_questions(dashboard: Path, tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions(dashboard))]
    file = tmp_path / "rules.yaml"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    promtool("check", "rules", str(file))
