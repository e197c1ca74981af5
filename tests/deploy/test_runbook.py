"""Whoever is told of something finds it in docs/runbook/alerts.md, in a section of that name."""

import re
from pathlib import Path

from deploy.kubernetes.render import CHART
from shared.service.alarms import ALARMS

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook" / "alerts.md").read_text(encoding="utf-8")


def sections(part: str) -> list[str]:
    """The sections' names in one part of the page."""
    _, _, text = RUNBOOK.partition(f"\n# {part}\n")
    return re.findall(r"^## (\w+)$", text.partition("\n# ")[0], re.MULTILINE)


def test_every_alarm_has_its_section() -> None:
    assert sorted(sections("Alarms")) == sorted(ALARMS)


def test_every_alert_has_its_section() -> None:
    alerts = set(re.findall(r"- alert: (\w+)", (CHART / "alerts.yaml").read_text(encoding="utf-8")))
    assert sorted(sections("Alerts")) == sorted(alerts)


def test_every_error_that_a_service_logs_has_its_section() -> None:
    files = [file for folder in ("shared", "services") for file in (ROOT / folder).rglob("*.py")]
    logged = {word for file in files for word in re.findall(r'\.error\(\s*"(\w+)"', file.read_text(encoding="utf-8"))}
    assert {"sweep_left_out", "loop_error"} <= logged
    assert logged - {*sections("Log events"), *sections("Alarms")} == set()


def test_every_log_event_of_the_page_is_logged() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "shared").rglob("*.py"))
    assert sections("Log events")
    assert {word for word in sections("Log events") if f'"{word}"' not in sources} == set()
