"""Registering: a claim, its confirmation, and whose an RFC is."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from services.registration.handlers.claims import CLAIM_EXPIRES
from shared.one_time_code import MOST_TRIES
from shared.testing.stage import StageUnderTest, types
from tests.bench.counters import counted
from tests.registration.bodies_given import BODY, CONTACT, claimed, code_of, confirmed, registered, shown
from tests.registration.given import DOUBTFUL_RFC, LEGAL_RFC

OTHER_CONTACT = CONTACT | {"email": "duena@ejemplo.mx"}


async def disputed(stage: StageUnderTest) -> tuple[str, str]:
    """Who has an RFC, and who says later that it is theirs."""
    first = await registered(stage)
    second = await registered(stage, contact=OTHER_CONTACT)
    assert (second["status"], second["holds"]) == ("held", ["rfc_disputed"])
    return first["id"], second["id"]


async def settle(stage: StageUnderTest, supplier: str, *, upheld: bool, **caller: Any) -> tuple[int, Any]:
    answer = await stage.client.post(
        f"/suppliers/{supplier}/dispute", json={"upheld": upheld}, headers=stage.headers("operator", **caller)
    )
    return answer.status_code, answer.json()


async def test_a_registration_counts_once_its_contact_has_confirmed(stage: StageUnderTest) -> None:
    claim = await claimed(stage)
    assert await stage.rows("SELECT id FROM supplier") == []
    assert await stage.told() == []
    receipt = (await confirmed(stage, claim)).json()
    assert (receipt["id"], receipt["folio"], "contact" in receipt) == (claim, "PDP-000001", False)
    ((type_, key, _),) = await stage.told()
    assert (type_, str(key)) == ("registration.supplier-registered", claim)


async def test_which_privacy_notice_was_read_is_kept_and_shown_to_whom_it_concerns(stage: StageUnderTest) -> None:
    claim = await stage.client.post("/suppliers", json=BODY | {"privacy_notice": "aviso-1"})
    assert claim.status_code == 202, claim.text
    await confirmed(stage, claim.json()["id"])
    supplier = await shown(stage, claim.json()["id"])
    [kept] = await stage.rows("SELECT received_at FROM claim")
    read_at = datetime.fromisoformat(supplier["notice_read_at"])
    assert (supplier["privacy_notice"], read_at) == ("aviso-1", kept["received_at"])
    ((_, _, told),) = await stage.told()
    assert "aviso-1" not in str(told)
    refused = await stage.client.post("/suppliers", json=BODY | {"privacy_notice": "not a version"})
    assert refused.status_code == 422
    without = await registered(stage, rfc="EKU9003173C9")
    assert (without["privacy_notice"], without["notice_read_at"]) == (None, None)


async def test_the_answer_tells_nothing_of_who_takes_part(stage: StageUnderTest) -> None:
    known = await registered(stage)
    await registered(stage, rfc=DOUBTFUL_RFC)
    answers = [
        await stage.client.post("/suppliers", json=BODY | {"rfc": rfc})
        for rfc in (LEGAL_RFC, DOUBTFUL_RFC, "EKU9003173C9")
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert {frozenset(answer.json()) for answer in answers} == {frozenset({"id", "expires_at"})}
    # A confirmed contact learns no more than that it was received: an impostor has a mailbox too.
    late = [(await confirmed(stage, answer.json()["id"])).json() for answer in answers]
    assert {frozenset(each) for each in late} == {frozenset({"id", "folio", "kind", "size", "received_at"})}
    assert (await shown(stage, known["id"]))["status"] == "registered"


async def test_it_takes_the_same_statements_whether_a_firm_is_known_or_not(stage: StageUnderTest) -> None:
    """So it takes the same time: what is not looked up cannot be told by a clock either."""
    await registered(stage)
    costs = []
    for rfc in (LEGAL_RFC, "EKU9003173C9", LEGAL_RFC, "EKU9003173C9"):
        async with counted(stage.database) as cost:
            await claimed(stage, rfc=rfc)
        costs.append((cost.statements, cost.round_trips, cost.rows_scanned))
    assert costs[2] == costs[3]


async def test_a_code_fits_once_for_all_and_its_answer_may_be_asked_for_again(stage: StageUnderTest) -> None:
    claim = await claimed(stage)
    answers = await asyncio.gather(*(confirmed(stage, claim) for _ in range(3)))
    assert len({answer.text for answer in answers}) == 1
    assert types(await stage.told()) == ["registration.supplier-registered"]
    wrong = await confirmed(stage, claim, "x" * 32)
    assert (wrong.status_code, wrong.json()["title"]) == (403, "code_refused")


async def test_a_confirmation_that_was_cut_off_is_given_again(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim and the firm are written one after the other: the same code goes on where the first was cut off."""
    claim = await claimed(stage)
    code = code_of(claim)

    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as cut:
        cut.setattr("services.registration.handlers.register", broken)
        assert (await confirmed(stage, claim, code)).status_code == 500
    assert await stage.rows("SELECT status FROM claim") == [{"status": "confirmed"}]
    assert (await confirmed(stage, claim, code)).status_code == 200
    assert (await shown(stage, claim))["status"] == "registered"


async def test_a_code_is_tried_a_few_times_and_no_more(stage: StageUnderTest) -> None:
    claim = await claimed(stage)
    for _ in range(MOST_TRIES):
        assert (await confirmed(stage, claim, "x" * 32)).json()["title"] == "code_refused"
    late = await confirmed(stage, claim)
    unknown = await stage.client.post(f"/suppliers/{uuid4()}/confirmation", json={"code": code_of(claim)})
    assert late.json()["title"] == unknown.json()["title"] == "code_refused"
    assert await stage.told() == []


async def test_what_was_not_confirmed_is_forgotten(stage: StageUnderTest) -> None:
    claim = await claimed(stage)
    await stage.rows("UPDATE timer SET at = now() WHERE kind = $1", CLAIM_EXPIRES)
    await stage.tick()
    (row,) = await stage.rows("SELECT status, profile::text FROM claim")
    assert row == {"status": "forgotten", "profile": None}
    assert (await confirmed(stage, claim)).json()["title"] == "code_refused"


async def test_nobody_reads_a_code_out_of_the_store(stage: StageUnderTest) -> None:
    claim = await claimed(stage)
    (row,) = await stage.rows("SELECT claim::text AS whole FROM claim")
    assert code_of(claim) not in row["whole"]


async def test_a_registration_needs_a_contact(stage: StageUnderTest) -> None:
    answer = await stage.client.post("/suppliers", json=BODY | {"contact": None})
    assert (answer.status_code, answer.json()["title"]) == (422, "contact_missing")


async def test_a_request_that_is_sent_again_is_one_registration(stage: StageUnderTest) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(
        *(stage.client.post("/suppliers", json=BODY, headers=headers) for _ in range(5)),
        stage.client.post("/suppliers", json=dict(reversed(BODY.items())), headers=headers),
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    other = await stage.client.post("/suppliers", json=BODY | {"workers": 52}, headers=headers)
    assert (other.status_code, other.json()["title"]) == (409, "idempotency_key_reused")


async def test_one_address_is_not_flooded(stage: StageUnderTest) -> None:
    claims = [await claimed(stage) for _ in range(6)]
    assert code_of(claims[4])
    with pytest.raises(LookupError):
        code_of(claims[5])


async def test_a_dispute_is_upheld(stage: StageUnderTest) -> None:
    """Seen: whoever registered another firm's RFC first kept the real firm out for ever."""
    first, second = await disputed(stage)
    release = {"reasons": ["rfc_disputed"]}
    answer = await stage.client.post(f"/suppliers/{second}/release", json=release, headers=stage.headers("operator"))
    assert (answer.status_code, answer.json()["title"]) == (409, "rfc_disputed")
    status, view = await settle(stage, second, upheld=True)
    assert (status, view["status"], view["holds"]) == (200, "registered", [])
    assert (await shown(stage, first))["withdrawal"] == "rfc_not_theirs"
    assert [(each.type.partition(".")[2], str(each.key)) for each in await stage.told()] == [
        ("supplier-registered", first),
        ("supplier-withdrawn", first),
        ("supplier-registered", second),
    ]


async def test_a_dispute_is_upheld_for_whoever_claimed_first(stage: StageUnderTest) -> None:
    """Its row comes before the holder's, whose RFC must be free by then."""
    claimant = await claimed(stage, contact=OTHER_CONTACT)
    holder = (await registered(stage))["id"]
    assert (await confirmed(stage, claimant)).status_code == 200
    status, view = await settle(stage, claimant, upheld=True)
    assert (status, view["status"], (await shown(stage, holder))["status"]) == (200, "registered", "withdrawn")


async def test_a_dispute_is_decided_whole_or_not_at_all(stage: StageUnderTest) -> None:
    """Seen: what the holder lost stayed lost when the other one was another than the operator had seen."""
    first, second = await disputed(stage)
    stale = stage.headers("operator") | {"If-Match": '"of another version"'}
    answer = await stage.client.post(f"/suppliers/{second}/dispute", json={"upheld": True}, headers=stale)
    assert answer.status_code == 412
    assert [(await shown(stage, firm))["status"] for firm in (first, second)] == ["registered", "held"]
    acts = "SELECT count(*) AS rows FROM audit WHERE action = 'registration:dispute:settled'"
    assert await stage.rows(acts) == [{"rows": 0}]
    await settle(stage, second, upheld=True)
    assert await stage.rows(acts) == [{"rows": 2}]


async def test_a_dispute_is_rejected(stage: StageUnderTest) -> None:
    first, second = await disputed(stage)
    status, view = await settle(stage, second, upheld=False)
    assert (status, view["status"], view["withdrawal"]) == (200, "withdrawn", "rfc_not_theirs")
    assert (await shown(stage, first))["status"] == "registered"
    assert types(await stage.told()) == ["registration.supplier-registered"]
    status, problem = await settle(stage, first, upheld=True)
    assert (status, problem["title"]) == (409, "not_held_for")


async def test_nobody_decides_a_dispute_that_they_took_part_in(stage: StageUnderTest) -> None:
    first, second = await disputed(stage)
    headers = stage.headers("operator", subject="operator-9") | {"If-Match": "*"}
    changed = await stage.client.put(f"/suppliers/{first}", json=BODY | {"workers": 9}, headers=headers)
    assert changed.status_code == 200
    status, problem = await settle(stage, second, upheld=True, subject="operator-9")
    assert (status, problem["title"]) == (403, "same_person")
    for supplier in (first, second):
        status, problem = await settle(stage, second, upheld=True, supplier_id=supplier)
        assert (status, problem["title"]) == (403, "own_firm")
    assert (await shown(stage, first))["status"] == "registered"


async def test_of_two_contacts_who_confirm_one_rfc_at_once_one_takes_part(stage: StageUnderTest) -> None:
    claims = [await claimed(stage) for _ in range(3)]
    await asyncio.gather(*(confirmed(stage, claim) for claim in claims))
    states = [(await shown(stage, claim))["status"] for claim in claims]
    assert sorted(states) == ["held", "held", "registered"]
