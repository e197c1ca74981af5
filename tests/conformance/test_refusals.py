"""A partner learns once of each answer of its that had no effect, in the transaction that settles it."""

import json
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest

from services.financing.domain.reasons import AnswerProblem, Unheard
from shared.contracts.refusals import AnswerRefused, RefusalLifted
from shared.i18n import LANGUAGES, Catalogue
from shared.messaging import refusals
from shared.messaging.codec import PoisonReason, Record, sha256
from shared.messaging.dead_letters import HANDLER_FAILED
from shared.messaging.decision import RejectedEventError
from shared.messaging.topics import MAX_ANSWER_BYTES
from shared.messaging.unit_of_work import unit_of_work
from tests.conformance.stage import Bench, by
from tests.conformance.test_dead_letters import garbage, listed, shown, told

ANSWERS, REFUSALS = "partner.outsider.answers.v1", "partner.outsider.refusals.v1"


async def refused(bench: Bench, topic: str = REFUSALS) -> list[dict[str, Any]]:
    async with bench.database.connection() as connection:
        rows = await connection.fetch("SELECT key, body FROM journal WHERE topic = $1 ORDER BY id", topic)
    found = [json.loads(row["body"]) for row in rows]
    assert [UUID(each["data"]["refusal_id"]) for each in found] == [row["key"] for row in rows]
    return found


def id_of(record: Record) -> str:
    return str(json.loads(record.value or b"")["id"])


async def test_each_answer_without_effect_is_named_with_its_reason_and_what_to_do(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: RejectedEventError("referral_unknown") if event.number == 2 else None
    right, wrong = told(key, 1, 0, ANSWERS), told(key, 2, 1, ANSWERS)
    broken, large = garbage(key, 2, ANSWERS), Record(ANSWERS, 0, 3, b"\xff", b" " * (MAX_ANSWER_BYTES + 1), None, 1_000)
    await bench.runner.consume([right, wrong, broken, large])
    found = {each["data"]["offset"]: each["data"] for each in await refused(bench)}
    assert {offset: each["reason"] for offset, each in found.items()} == {
        1: "referral_unknown",
        2: "not_json",
        3: "too_large",
    }
    assert {each["outcome"] for each in found.values()} == {"refused"}
    assert (found[1]["answer_id"], found[1]["referral_id"], found[1]["error"]) == (id_of(wrong), str(key), None)
    assert (found[2]["answer_id"], found[2]["sha256"]) == (None, sha256(broken.value))
    assert (found[3]["size"], found[3]["referral_id"]) == (MAX_ANSWER_BYTES + 1, None)
    assert found[3]["arrived_at"] == "1970-01-01T00:00:01Z"
    assert found[3]["todo"]["es"].startswith("Envíela más corta")
    assert {each["refusal_id"] for each in found.values()} == {str(letter.id) for letter in await listed(bench)}


async def test_no_delivery_of_the_same_record_is_told_again(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: RejectedEventError("not_so") if event.number == 2 else None
    records = [told(key, 1, 0, ANSWERS), told(key, 2, 1, ANSWERS), garbage(key, 2, ANSWERS)]
    for _ in range(3):
        await bench.runner.consume(records)
    assert [each["data"]["offset"] for each in await refused(bench)] == [1, 2]


async def test_an_answer_sent_again_is_told_once_and_is_no_error(bench: Bench) -> None:
    first = told(uuid4(), 1, 0, ANSWERS)
    again, and_again = first._replace(offset=1), first._replace(offset=2)
    await bench.runner.consume([first, again])
    await bench.runner.consume([first, again, and_again])
    (told_of,) = await refused(bench)
    assert (told_of["data"]["outcome"], told_of["data"]["reason"]) == ("repeated", "same_id")
    assert (told_of["data"]["answer_id"], told_of["data"]["offset"]) == (id_of(first), 1)
    assert await bench.count("dead_letter") == 0


async def test_a_refusal_that_an_operator_lifts_is_told_too(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda _: ValueError("a bug of ours")
    answer = told(key, 1, 0, ANSWERS)
    await bench.runner.consume([answer])
    (letter,) = await listed(bench)
    bench.rule.failing = lambda _: None
    await bench.replayer.resolve(letter.id, "replayed", by("ana"))
    await bench.runner.consume([answer])
    refusal, lifted = await refused(bench)
    assert (refusal["type"], refusal["data"]["reason"]) == (AnswerRefused.TYPE, HANDLER_FAILED)
    assert lifted["type"] == RefusalLifted.TYPE
    for name in ("refusal_id", "answer_id"):
        assert lifted["data"][name] == refusal["data"][name]
    assert refusal["causationid"] == lifted["causationid"] == id_of(answer)


async def test_a_refused_answer_that_is_delivered_again_is_an_operator_s_to_decide(bench: Bench) -> None:
    bench.rule.failing = lambda _: RejectedEventError("referral_unknown")
    key = uuid4()
    answer, other = told(key, 1, 0, ANSWERS), told(key, 2, 1, ANSWERS)
    await bench.runner.consume([answer])
    bench.rule.failing = lambda _: None
    again = await bench.runner.consume([answer, other])
    assert (again.applied, again.duplicate, again.dead) == (1, 1, 0)
    assert await bench.numbers(key) == (2,)
    (letter,) = await listed(bench)
    await bench.replayer.resolve(letter.id, "replayed", by("ana"))
    assert await bench.numbers(key) == (2, 1)
    assert [each["type"] for each in await refused(bench)] == [AnswerRefused.TYPE, RefusalLifted.TYPE]


async def test_a_refused_answer_beside_the_same_one_sent_again_hides_it_not(bench: Bench) -> None:
    bench.rule.failing = lambda _: RejectedEventError("referral_unknown")
    key = uuid4()
    answer = told(key, 1, 0, ANSWERS)
    await bench.runner.consume([answer])
    bench.rule.failing = lambda _: None
    both = await bench.runner.consume([answer, answer._replace(offset=1)])
    assert (both.applied, both.duplicate) == (1, 1)
    assert await bench.numbers(key) == (1,)


async def test_a_right_answer_under_the_id_of_a_refused_one_lifts_its_refusal(bench: Bench) -> None:
    bench.rule.failing = lambda event: RejectedEventError("not_so") if event.number == 1 else None
    key = uuid4()
    wrong, of_another = told(key, 1, 0, ANSWERS), told(key, 1, 5, ANSWERS)
    right = wrong._replace(offset=1, value=(wrong.value or b"").replace(b'"number":1', b'"number":2'))
    await bench.runner.consume([wrong, of_another])
    await bench.runner.consume([right])
    assert await bench.numbers(key) == (2,)
    first, _, lifted = await refused(bench)
    assert (lifted["type"], lifted["data"]["answer_id"]) == (RefusalLifted.TYPE, id_of(wrong))
    assert lifted["data"]["refusal_id"] == first["data"]["refusal_id"]
    assert [letter.offset for letter in await listed(bench)] == [5], "the other answer's stays open"
    [note] = (await shown(bench, UUID(first["data"]["refusal_id"]))).actions
    assert (note.action, note.by) == ("replayed", "consumer")


@pytest.mark.parametrize("took_effect", [False, True])
async def test_who_sends_a_discarded_answer_again_is_told_so(bench: Bench, *, took_effect: bool) -> None:
    """Unless it took effect by another record, before the letter was discarded."""
    bench.rule.failing = lambda _: RejectedEventError("referral_unknown")
    answer = told(uuid4(), 1, 0, ANSWERS)
    await bench.runner.consume([answer])
    (letter,) = await listed(bench)
    bench.rule.failing = lambda _: None
    if took_effect:
        await bench.runner.consume([answer._replace(offset=1)])
    else:
        await bench.replayer.resolve(letter.id, "discarded", by("ana"))
    await bench.runner.consume([answer._replace(offset=2)])
    *_, last = (each["data"] for each in await refused(bench))
    assert (last["outcome"], last["reason"]) == (("repeated", "same_id") if took_effect else ("refused", "discarded"))
    assert "new id" in last["todo"]["en"]


async def test_where_answers_wait_is_told_by_one_of_all_processes(bench: Bench) -> None:
    first, other = told(uuid4(), 1, 7, ANSWERS), told(uuid4(), 1, 9, ANSWERS)
    for record in (first, first, other):
        async with unit_of_work(bench.database, "portal") as work:
            await refusals.tell_waits(work, "portal", record)
            await work.flush()
    found = [each["data"] for each in await refused(bench)]
    assert [(each["outcome"], each["reason"], each["offset"]) for each in found] == [
        ("waits", "partner_paused", 7),
        ("waits", "partner_paused", 9),
    ]


async def test_what_is_discarded_was_told_and_is_not_told_again(bench: Bench) -> None:
    await bench.runner.consume([garbage(uuid4(), 0, ANSWERS)])
    (letter,) = await listed(bench)
    await bench.replayer.resolve(letter.id, "discarded", by("ana"))
    assert len(await refused(bench)) == 1


@pytest.mark.parametrize("topic", ["conformance.dead-letters.v1", "partner.9.answers.v1", "partner.x.other.v1"])
async def test_nobody_is_told_of_what_is_on_no_partner_s_topic(bench: Bench, topic: str) -> None:
    await bench.runner.consume([garbage(uuid4(), 0, topic)])
    assert await bench.count("journal", "topic LIKE 'partner.%'") == 0
    assert await bench.count("dead_letter") == 1


def test_every_reason_has_its_words_and_what_to_do() -> None:
    reasons = {*get_args(PoisonReason), HANDLER_FAILED, refusals.SAME_ID, refusals.DISCARDED, refusals.PARTNER_PAUSED}
    reasons |= {*get_args(AnswerProblem), *get_args(Unheard)}
    catalogue = Catalogue("services.financing", "shared.service")
    assert "effect" not in catalogue.text("refused.same_id", "en"), "what is repeated may have had none"
    codes = [f"{what}.{reason}" for reason in reasons for what in ("refused", "todo")]
    assert [code for code in codes for language in LANGUAGES if not catalogue.has(code, language)] == []
