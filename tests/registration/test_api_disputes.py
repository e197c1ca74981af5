"""Nobody decides what they took part in: neither outcome of it, nor by another way to the same end."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, get_args

import pytest

from services.registration.domain.reasons import WithdrawalReason
from services.registration.domain.supplier import Registry
from services.registration.store import registry_of
from shared.runtime.database import Connection
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import BODY, CONTACT, claimed, confirmed, held, registered, shown
from tests.registration.given import DOUBTFUL_RFC

BARRED = "operator-9"
BY_DECISION = ("rfc_not_theirs", "merged")
"""Reasons that nobody gives who withdraws a firm."""


async def disputed(stage: StageUnderTest, **more: Any) -> tuple[str, str]:
    """Who has an RFC, and who says later that it is theirs."""
    holder = await registered(stage, **more)
    claimant = await registered(stage, contact=CONTACT | {"email": "duena@ejemplo.mx"}, **more)
    assert "rfc_disputed" in claimant["holds"]
    return holder["id"], claimant["id"]


async def changed(stage: StageUnderTest, supplier: str, **more: Any) -> dict[str, Any]:
    """An operator changes a firm's profile; the caller who is barred by it from then on."""
    headers = stage.headers("operator", subject=BARRED) | {"If-Match": "*"}
    answer = await stage.client.put(f"/suppliers/{supplier}", json=BODY | {"workers": 9} | more, headers=headers)
    assert answer.status_code == 200, answer.text
    return {"subject": BARRED}


async def of_holder(stage: StageUnderTest, holder: str, claimant: str) -> dict[str, Any]:
    return {"supplier_id": holder}


async def of_claimant(stage: StageUnderTest, holder: str, claimant: str) -> dict[str, Any]:
    return {"supplier_id": claimant}


async def changed_holder(stage: StageUnderTest, holder: str, claimant: str) -> dict[str, Any]:
    return await changed(stage, holder)


async def changed_claimant(stage: StageUnderTest, holder: str, claimant: str) -> dict[str, Any]:
    return await changed(stage, claimant)


async def changed_who_left(stage: StageUnderTest, holder: str, claimant: str) -> dict[str, Any]:
    """The holder leaves by itself meanwhile."""
    barred = await changed(stage, holder)
    own = stage.headers("supplier", supplier_id=holder)
    left = await stage.client.post(f"/suppliers/{holder}/withdrawal", json={"reason": "own_decision"}, headers=own)
    assert left.status_code == 200, left.text
    return barred


async def changed_a_third(stage: StageUnderTest, holder: str, claimant: str) -> dict[str, Any]:
    third = await registered(stage, contact=CONTACT | {"email": "tercera@ejemplo.mx"})
    return await changed(stage, third["id"])


Involved = Callable[[StageUnderTest, str, str], Awaitable[dict[str, Any]]]


@pytest.mark.parametrize("upheld", [True, False], ids=["upheld", "rejected"])
@pytest.mark.parametrize(
    "involved", [of_holder, of_claimant, changed_holder, changed_claimant, changed_who_left, changed_a_third]
)
async def test_whoever_is_involved_decides_a_dispute_neither_way(
    stage: StageUnderTest, involved: Involved, *, upheld: bool
) -> None:
    holder, claimant = await disputed(stage)
    caller = await involved(stage, holder, claimant)
    before = [await shown(stage, firm) for firm in (holder, claimant)]
    answer = await stage.client.post(
        f"/suppliers/{claimant}/dispute", json={"upheld": upheld}, headers=stage.headers("operator", **caller)
    )
    code = "own_firm" if "supplier_id" in caller else "same_person"
    assert (answer.status_code, answer.json()["title"]) == (403, code)
    assert [await shown(stage, firm) for firm in (holder, claimant)] == before
    other = await stage.client.post(
        f"/suppliers/{claimant}/dispute", json={"upheld": upheld}, headers=stage.headers("operator")
    )
    assert other.status_code == 200, other.text


async def test_who_has_an_rfc_is_not_told_in_its_file_that_somebody_else_registered_it(stage: StageUnderTest) -> None:
    holder, claimant = await disputed(stage)
    answers = [await held(stage, firm) for firm in (holder, claimant)]
    assert [answer.keys() for answer in answers] == [{"personal", "prospects", "mergers"}] * 2
    assert answers[0] == answers[1]


async def leaves(stage: StageUnderTest, holder: str) -> None:
    own = stage.headers("supplier", supplier_id=holder)
    await stage.client.post(f"/suppliers/{holder}/withdrawal", json={"reason": "own_decision"}, headers=own)


async def mends_its_rfc(stage: StageUnderTest, holder: str) -> None:
    headers = stage.headers("operator", subject="operator-8") | {"If-Match": "*"}
    answer = await stage.client.put(f"/suppliers/{holder}", json=BODY, headers=headers)
    assert (answer.status_code, answer.json()["rfc"]) == (200, BODY["rfc"])


@pytest.mark.parametrize("meanwhile", [leaves, mends_its_rfc])
async def test_who_no_longer_has_the_rfc_is_not_put_out_for_it(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[StageUnderTest, str], Awaitable[None]]
) -> None:
    """What happens between the look at who has it and the lock."""
    holder, claimant = await disputed(stage, rfc=DOUBTFUL_RFC)
    before: list[Any] = []

    async def looked(connection: Connection, rfcs: Sequence[str]) -> Registry:
        found = await registry_of(connection, rfcs)
        if not before:
            before.append(found)
            await meanwhile(stage, holder)
        return found

    monkeypatch.setattr("services.registration.api.disputes.registry_of", looked)
    answer = await stage.client.post(
        f"/suppliers/{claimant}/dispute", json={"upheld": True}, headers=stage.headers("operator")
    )
    assert (answer.status_code, answer.json()["title"]) == (409, "dispute_changed")
    assert (await shown(stage, holder))["withdrawal"] in (None, "own_decision")
    assert (await shown(stage, claimant))["status"] == "held"


@pytest.mark.parametrize("reason", get_args(WithdrawalReason))
@pytest.mark.parametrize("which", [0, 1], ids=["holder", "claimant"])
async def test_no_operator_ends_a_dispute_by_a_withdrawal(stage: StageUnderTest, which: int, reason: str) -> None:
    firms = await disputed(stage)
    path, body = f"/suppliers/{firms[which]}/withdrawal", {"reason": reason}
    for caller in ({}, {"supplier_id": firms[which]}):
        answer = await stage.client.post(path, json=body, headers=stage.headers("operator", **caller))
        assert answer.status_code in (403, 409, 422), answer.text
    assert [(await shown(stage, firm))["status"] for firm in firms] == ["registered", "held"]
    own = await stage.client.post(path, json=body, headers=stage.headers("supplier", supplier_id=firms[which]))
    assert own.status_code == (422 if reason in BY_DECISION else 200)


@pytest.mark.parametrize(
    ("way", "body"),
    [("release", {"reasons": ["rfc_check_digit"]}), ("withdrawal", {"reason": "rules_not_met"})],
    ids=["released", "refused"],
)
async def test_whoever_took_part_in_a_held_firm_neither_lets_it_in_nor_refuses_it(
    stage: StageUnderTest, way: str, body: dict[str, Any]
) -> None:
    claim = await claimed(stage, rfc=DOUBTFUL_RFC)
    assert (await confirmed(stage, claim)).status_code == 200
    barred = await changed(stage, claim, rfc=DOUBTFUL_RFC)
    answers = [
        await stage.client.post(f"/suppliers/{claim}/{way}", json=body, headers=stage.headers("operator", **caller))
        for caller in (barred, {"supplier_id": claim}, {})
    ]
    told = [(answer.status_code, answer.json().get("title")) for answer in answers]
    assert told == [(403, "same_person"), (403, "own_firm"), (200, None)]
