"""Two assessors who differ, from stage to stage: what is held is nobody's news, and what their lead says counts."""

import pytest

from deploy.demo.people import ASSESSOR, EXPERT
from deploy.local.client import LocalClient
from shared.service.callers import Role
from tests.diagnosis.builders import levels_at, sheet
from tests.running.developed import drawn, until

pytestmark = pytest.mark.timeout(180)

APART = ("T01", "T02", "T03", "T04")


def test_two_who_differ_hold_the_validation_until_their_lead_says_what_holds(client: LocalClient) -> None:
    firm = drawn(client)
    path = f"/diagnoses/{firm.firm}"

    def told(service: str, query: str) -> str:
        return client.postgres.execute(f"SELECT {query} WHERE id = '{firm.firm}'", service).strip()

    def stands(held: str, waits: str) -> bool:
        """In the portal: whether it is held, and whether experts are told of it."""
        shown = told("portal", "diagnosis ->> 'held', waits_validation IS NOT NULL FROM firm")
        return shown.split("|") == [held, waits]

    far = dict.fromkeys(APART, 1)
    for who, levels in (("local-assessor", levels_at(3)), ("local-second", levels_at(3, **far))):
        given = sheet(levels, **dict.fromkeys(APART, "Visto"))
        answer = firm.ask("diagnosis", Role.ASSESSOR, "POST", f"{path}/assessment", given, who=who)
        assert answer.is_success, answer.text
    until(lambda: stands("true", "f"))
    held = firm.ask("diagnosis", Role.EXPERT, "POST", f"{path}/validation", sheet(levels_at(3)), who=EXPERT)
    assert (held.status_code, held.json()["title"]) == (409, "not_reconciled")
    said = {"levels": dict.fromkeys(APART, 2), "reason": "Vi los registros con los dos"}
    answer = firm.ask("diagnosis", Role.ASSESSOR, "POST", f"{path}/calibration/reconciliation", said, who=ASSESSOR)
    assert answer.is_success, answer.text
    until(lambda: stands("false", "t"))
    agreed = sheet(levels_at(3, **dict.fromkeys(APART, 2)))
    answer = firm.ask("diagnosis", Role.EXPERT, "POST", f"{path}/validation", agreed, who=EXPERT)
    assert answer.is_success, answer.text
    until(lambda: told("development", "diagnosis -> 'levels' ->> 'T01' FROM candidate") == "2")
