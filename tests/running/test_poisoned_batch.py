"""A poisoned batch from its arrival to the last discarded letter, the procedure of docs/runbook/operate.md."""

import json
import time
from collections.abc import Callable
from typing import Any

from deploy.local.client import LocalClient
from tests.deploy.program import pdp
from tests.running import poison
from tests.running.poison import Firm

PATIENCE = 40.0
READERS = ("matching", "diagnosis", "development", "financing", "portal")
FIRM = Firm()


def letters(client: LocalClient, service: str, **wanted: str) -> list[dict[str, Any]]:
    with client.http(service) as http:
        found: list[dict[str, Any]] = http.get("/dead-letters", params=wanted).raise_for_status().json()["items"]
    return found


def set_aside(client: LocalClient) -> int:
    return sum(1 + letter["behind"] for service in READERS for letter in letters(client, service))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_is_seen_replayed_discarded_and_on_record(client: LocalClient) -> None:
    poison.send(client, [*FIRM.facts(), *poison.batch(FIRM)])
    until(lambda: set_aside(client) >= 2 * len(poison.BAD) * len(READERS) + 3)

    table = pdp("dead-letters", "list", "--service", "financing").out
    assert all(reason in table for reason in (*poison.BAD, "referral_unknown"))
    early, later = letters(client, "financing", key=str(FIRM.referral()))
    hidden = pdp("dead-letters", "show", early["id"][:13], "--json").json
    assert (hidden["hidden"], hidden["raw_base64"], hidden["behind"]) == (True, None, 0)

    FIRM.refer(client)
    by_reason = pdp("dead-letters", "replay", "--reason", "referral_unknown", "--yes")
    assert "2 resolved; 0 that waited behind released" in by_reason.out
    assert (by_reason.code, "still fails (referral_unknown)" in by_reason.err) == (1, True)
    with client.http("financing", FIRM.token(client)) as http:
        assert http.get(f"/cases/{FIRM.id}").json()["referrals"][0]["awaits"] == "supplier"

    key = str(poison.BAD["not_json"])
    by_key = pdp("dead-letters", "replay", "--key", key, "--yes")
    assert by_key.err.count("still fails (not_json)") == len(READERS)
    assert pdp("dead-letters", "discard", "--key", key, "--yes").out.count("1 resolved; 1 that waited") == len(READERS)
    assert pdp("dead-letters", "discard", "--yes").code == 0
    assert pdp("dead-letters", "list").out.strip() == "There are no dead letters."
    assert pdp("dead-letters", "list", "--key", key).out.strip() == "No dead letter matches these filters."
    assert set_aside(client) == 0
    for action in ("replay", "discard"):
        again = pdp("dead-letters", action, early["id"])
        assert (again.code, f"{early['id']} is closed already: replayed" in again.err) == (2, True)

    for letter in (early, later):
        record = pdp("dead-letters", "show", letter["id"], "--json").json
        assert [(one["action"], one["by"]) for one in record["actions"]] == [("replayed", "local-operator")]
    log = (client.data / "logs" / "financing.log").read_text()
    told = [json.loads(line) for line in log.splitlines() if "dead_letter_action" in line]
    assert {line["action"] for line in told} == {"replayed", "failed", "discarded"}
    assert "Balance 2025" not in log
