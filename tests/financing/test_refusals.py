"""What partners wrote in vain: whoever it is about is given it while it is held, and it goes with their referral."""

import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

from services.financing.store.erasure import forget_late
from shared.contracts import partner as contract
from shared.contracts.financing import ReferralAnswered
from shared.messaging import dead_letters
from shared.messaging.codec import Record
from shared.sealing import keys, whole
from shared.sealing.keys import Name
from shared.service import housekeeping
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing.calls import answer, ok, refused
from tests.financing.given import SUPPLIER
from tests.financing.test_sealing import handed_over, said

PATH = f"/cases/{SUPPLIER}/refusals"
TOPIC = "partner.nafin.answers.v1"


async def test_what_a_partner_wrote_in_vain_goes_with_the_referral_that_it_is_about(stage: StageUnderTest) -> None:
    """Seen: it could be read by operators until 14 days after they had closed it, however long ago all was revoked."""
    referral, other, wrote = await handed_over(stage, said()), uuid4(), f'{{"folio": "{said().folio}"}}'
    for place, about in enumerate((referral["id"], other)):
        await stage._runner.consume([Record(TOPIC, 0, place, str(about).encode(), wrote.encode())])
    [told] = (await ok(stage, "GET", PATH))["items"]
    assert (told["referral_id"], told["partner"], told["said"]) == (referral["id"], "nafin", wrote)
    assert (await refused(stage, "GET", PATH, role=Role.OPERATOR, supplier_id=None))[0] == 403
    assert await refused(stage, "GET", PATH, supplier_id=uuid4()) == (403, "not_yours")
    assert await refused(stage, "GET", f"/cases/{other}/refusals", supplier_id=other) == (404, "supplier_unknown")
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    assert [each["said"] for each in (await ok(stage, "GET", PATH))["items"]] == [None]
    kept = await stage.rows("SELECT id, key, value IS NOT NULL AS kept FROM dead_letter")
    assert {row["key"].decode(): row["kept"] for row in kept} == {referral["id"]: False, str(other): True}
    [gone] = [row["id"] for row in kept if not row["kept"]]
    async with stage.database.connection() as connection:
        assert Name(gone, gone) in await keys.destroyed(connection)


async def test_what_a_partner_wrote_in_vain_is_sealed_until_it_is_forgotten(stage: StageUnderTest) -> None:
    wrote = f'{{"folio": "{said().folio}"}}'.encode()
    record = Record(TOPIC, 0, 7, str(uuid4()).encode(), wrote)
    assert (await stage._runner.consume([record])).dead == 1
    [letter] = await stage.rows("SELECT id, value FROM dead_letter")
    assert wrote not in letter["value"]
    async with stage.database.transaction() as connection:
        kept = connection, dead_letters.PLACE, letter["id"], letter["value"]
        assert await whole.open_one(*kept) == wrote
        await connection.execute("UPDATE dead_letter SET closed_at = now() - interval '2 days'")
        await dead_letters.forget(connection, timedelta(days=1), timedelta(days=60))
        assert await whole.open_one(*kept) is None
    assert await stage.rows("SELECT value FROM dead_letter") == [{"value": None}]


async def test_what_nobody_settles_is_forgotten_too(stage: StageUnderTest) -> None:
    """Seen: an open letter that names nobody was kept for ever, with whatever it says of whomever."""
    record = Record(TOPIC, 0, 7, str(uuid4()).encode(), b"of somebody")
    await stage._runner.consume([record])
    for age, left in (("59 days", 1), ("61 days", 0)):
        await stage.rows("UPDATE dead_letter SET at = now() - $1::text::interval", age)
        await housekeeping.forget(stage.database)
        kept = await stage.rows("SELECT closed_at FROM dead_letter WHERE value IS NOT NULL")
        assert len(kept) == left, age
    assert await stage.rows("SELECT closed_at FROM dead_letter") == [{"closed_at": None}], "what is open stays open"


def ways(given: Mapping[str, object], folio: str) -> dict[str, tuple[bytes | None, bytes]]:
    """Every way in which a record may name a referral: a key, and what it says."""
    referral, consent = UUID(str(given["id"])), str(given["consent_id"])
    id_, other = str(referral), str(uuid4()).encode()
    data = {"referral_id": id_, "folio": folio}
    event = json.dumps({"type": "partner.referral-acknowledged", "data": data}).encode()
    plain = json.dumps({"folio": folio}).encode()
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in id_)
    return {
        "its key": (id_.encode(), plain),
        "capitals": (id_.upper().encode(), plain),
        "braces": (f"{{{id_}}}".encode(), plain),
        "a name of the web": (f"urn:uuid:{id_}".encode(), plain),
        "no hyphens": (referral.hex.encode(), plain),
        "somebody else's key": (other, event),
        "no key": (None, event),
        "the key of what was sent": (str(SUPPLIER).encode(), plain),
        "the firm": (other, json.dumps({"supplier_id": str(SUPPLIER), "folio": folio}).encode()),
        "the consent": (other, json.dumps({"consent_id": consent, "folio": folio}).encode()),
        "a key that is no id": (b"NAF-2026-00123", event),
        "capitals in what it says": (other, event.upper()),
        "escaped": (other, f'{{"referral": "{escaped}", "folio": "{folio}"}}'.encode()),
        "deep within": (other, json.dumps({"a": [{"b": [f"about {id_}."]}], "folio": folio}).encode()),
        "no JSON": (other, f"{id_};{folio}".encode()),
        "UTF-16": (other, json.dumps(data).encode("utf-16")),
    }


async def test_a_letter_is_found_by_every_name_that_it_gives_a_referral(stage: StageUnderTest) -> None:
    """Seen: under a key in capitals, or under another one, neither its firm nor an erasure found it."""
    secret = said()
    referral = await handed_over(stage, secret)
    wrote = ways(referral, secret.folio)
    nobodys = (b"no id", f"folio {secret.folio}".encode())
    records = [Record(TOPIC, 0, place, *each) for place, each in enumerate([*wrote.values(), nobodys])]
    assert (await stage._runner.consume(records)).dead == len(records)
    shown = (await ok(stage, "GET", f"{PATH}?limit=100"))["items"]
    assert {(each["referral_id"], each["partner"], each["withheld"]) for each in shown} == {
        (referral["id"], "nafin", False)
    }
    said_ = {_text(value) for _, value in wrote.values()}
    assert len(shown) == len(wrote)
    assert {each["said"] for each in shown} == said_
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    shown = (await ok(stage, "GET", f"{PATH}?limit=100"))["items"]
    assert [each["said"] for each in shown] == [None] * len(wrote)
    # What names nobody stays sealed until it was closed for some days.
    assert await stage.rows('SELECT "offset" FROM dead_letter WHERE value IS NOT NULL') == [{"offset": len(wrote)}]


async def test_a_letter_of_two_firms_is_given_to_neither_and_goes_with_the_first(stage: StageUnderTest) -> None:
    secret = said()
    referral, other = await handed_over(stage, secret), uuid4()
    columns = ", ".join(
        row["column_name"]
        for row in await stage.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'referral'")
        if row["column_name"] not in {"id", "supplier_id"}
    )
    await stage.rows(f"INSERT INTO referral (id, supplier_id, {columns}) SELECT $1, $1, {columns} FROM referral", other)
    value = json.dumps({"data": {"referral_id": str(other), "folio": secret.folio}}).encode()
    await stage._runner.consume([Record(TOPIC, 0, 0, str(referral["id"]).encode(), value)])
    [shown] = (await ok(stage, "GET", PATH))["items"]
    assert (shown["withheld"], shown["said"], shown["reason"]) == (True, None, "not_an_event")
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    assert await stage.rows("SELECT FROM dead_letter WHERE value IS NOT NULL") == []


async def test_what_comes_behind_an_erasure_or_was_not_looked_at_is_forgotten_too(stage: StageUnderTest) -> None:
    secret = said()
    referral = await handed_over(stage, secret)
    for place, (key, value) in enumerate(ways(referral, secret.folio).values()):
        await stage._runner.consume([Record(TOPIC, 0, place, key, value)])
    before = await stage.rows("SELECT id, about FROM dead_letter ORDER BY id")
    # As a release before wrote it.
    await stage.rows("UPDATE dead_letter SET about = NULL")
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    assert await stage.rows("SELECT FROM dead_letter WHERE value IS NULL") == []
    async with stage.database.connection() as connection:
        await dead_letters.look_at_older(connection)
    assert await stage.rows("SELECT id, about FROM dead_letter ORDER BY id") == before
    async with stage.database.connection() as connection:
        await forget_late(connection)
    assert await stage.rows("SELECT FROM dead_letter WHERE value IS NOT NULL") == []


async def test_a_key_that_is_no_id_is_told_to_nobody(stage: StageUnderTest) -> None:
    """It may be whose answer it is: a name, or an RFC."""
    secret = said()
    await stage._runner.consume([Record(TOPIC, 0, 0, secret.rfc.encode(), b"no event")])
    told = [row["body"] for row in await stage.rows("SELECT body FROM journal")]
    kept = str(await stage.rows("SELECT * FROM dead_letter")).encode()
    assert len(told) == 2
    for clear in (secret.rfc.encode(), secret.rfc.encode().hex().encode()):
        assert clear not in kept + b"".join(told)


def _text(value: bytes) -> str:
    return value.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


async def test_why_it_was_declined_goes_with_the_consent(stage: StageUnderTest) -> None:
    """Seen: after a revocation the reason and its practices stayed in every table, in the journal and in the API."""
    referral = await handed_over(stage, said())
    await stage.consume(answer(contract.ReferralDeclined, referral, reason="high_leverage"))
    path = f"/referrals/{referral['id']}"
    assert (await ok(stage, "GET", path))["reason"] == "high_leverage"
    before = await ok(stage, "GET", "/referrals", role=Role.OPERATOR)
    assert before["items"][0]["questions"]
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    shown = await ok(stage, "GET", path), *(await ok(stage, "GET", "/referrals", role=Role.OPERATOR))["items"]
    assert [(each["state"], each["reason"], each["questions"]) for each in shown] == [("declined", None, [])] * 2
    told = [each.data for each in await stage.told() if each.type == ReferralAnswered.TYPE][-1]
    assert (told["state"], told.get("reason"), told.get("questions", []), told.get("for_plan", [])) == (
        "declined",
        None,
        [],
        [],
    )
    kept = await stage.rows("SELECT referrals::text AS text FROM financing_case")
    kept += await stage.rows("SELECT to_jsonb(referral)::text AS text FROM referral")
    journaled = await stage.rows(
        "SELECT convert_from(body, 'UTF8') AS text FROM journal WHERE topic NOT LIKE 'partner.%'"
    )
    assert not [row for row in (*kept, *journaled) if "high_leverage" in row["text"]]
    # Said once more, it is kept no more either.
    await stage.consume(answer(contract.ReferralDeclined, referral, reason="low_liquidity"))
    assert (await ok(stage, "GET", path))["reason"] is None
    assert await stage.rows("SELECT FROM dead_letter") == []
