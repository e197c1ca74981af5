"""`pdp outbox`: what waits to be published, by service and topic, and a service that does not answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.api import Away
from deploy.cli.commands import outbox
from deploy.cli.texts import say
from deploy.local.layout import Layout
from deploy.local.state import claim
from shared.messaging.topics import SERVICES
from tests.deploy.program import pdp

WAITS: dict[str, Any] = {
    "topic": "matching.match.v1",
    "events": 1200,
    "is_more": True,
    "oldest_seconds": 61.4,
    "backs_off": True,
}


def test_what_waits_is_shown_by_service_and_topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDP_DATA", str(tmp_path))
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    Layout(tmp_path).issuer().ensure_key()
    waiting: dict[str, list[dict[str, Any]]] = {service: [] for service in SERVICES}

    def ask(_: object, service: str, method: str, path: str, **__: object) -> dict[str, Any]:
        assert (method, path) == ("GET", "/outbox")
        if service not in waiting:
            raise Away(service)
        return {"items": waiting[service], "next": None}

    monkeypatch.setattr(outbox, "request", ask)
    with claim(tmp_path) as held:
        held.record_ports(dict.fromkeys(waiting, 1))
        nothing = pdp("outbox")
        waiting["matching"] = [WAITS]
        table, as_json, one = pdp("outbox"), pdp("outbox", "--json"), pdp("outbox", "--service", "registration")
        del waiting["registration"]
        away = pdp("outbox")
    assert (nothing.code, nothing.out.strip()) == (0, say("outbox.none"))
    assert all(shown in table.out for shown in ("matching", WAITS["topic"], "1,200+", "61 s", say("value.yes")))
    assert json.loads(as_json.out) == [{"service": "matching"} | WAITS]
    assert one.out.strip() == say("outbox.none")
    # What a service has that does not answer nobody knows.
    assert (away.code, say("outbox.none") in away.out, WAITS["topic"] in away.out) == (1, False, True)
