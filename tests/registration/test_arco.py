"""ARCO: asked by the person or written down for them, answered within the law's days, kept with what became of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.registration.domain.arco import MOST_OPEN, ArcoRequest, is_working, working_days_after
from services.registration.handlers import arco
from services.registration.store.arco import urgency
from shared.messaging.decision import Decision, Refused
from shared.sealing.register import Register
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import registered
from tests.registration.test_sealed import unsealed
from tests.sealing.restored import copied, restored
from tests.sealing.seeking import stands_in

TODAY = date(2026, 11, 30)
ASKED = ArcoRequest(
    uuid4(), uuid4(), "cancellation", "Mi teléfono", TODAY, arco.deadline(TODAY), "7c9e6679", in_person=True
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 16), False),
        (date(2026, 11, 20), True),
        (date(2026, 11, 29), False),
        (date(2026, 2, 2), False),
        (date(2026, 3, 16), False),
        (date(2026, 12, 25), False),
        (date(2024, 10, 1), False),
        (date(2026, 10, 1), True),
        (date(2030, 10, 1), False),
    ],
)
def test_working_days_are_those_of_the_law(day: date, works: bool) -> None:
    assert is_working(day) == works


def test_twenty_working_days_for_the_answer_and_fifteen_to_carry_it_out() -> None:
    assert ASKED.answer_by == date(2026, 12, 29), "Christmas is none"
    assert working_days_after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    answered = arco.answer(ASKED, "granted", None, "Hecho", "operator-1", TODAY)
    assert isinstance(answered, Decision)
    assert answered.state is not None
    assert answered.state.effect_by == date(2026, 12, 21)


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_less_than_all_has_its_ground() -> None:
    say: Any = lambda outcome, ground: arco.answer(ASKED, outcome, ground, "Porque", "operator-1", TODAY)  # noqa: E731
    assert code(say("refused", None)) == "arco_ground_lacking"
    assert code(say("granted", "law_keeps_it")) == "arco_ground_for_nothing"
    refused = say("refused", "law_keeps_it").state
    assert (refused.outcome, refused.effect_by) == ("refused", None)
    assert code(arco.answer(refused, "granted", None, "Sí", "operator-1", TODAY)) == "arco_answered"
    assert code(arco.answer(None, "granted", None, "Sí", "operator-1", TODAY)) == "arco_request_unknown"
    assert "teléfono" not in repr(replace(ASKED))


def test_an_answer_goes_with_the_person_once_nothing_is_left_to_be_done() -> None:
    extended = ASKED.extended("Está en tres archivos", "operator-1", TODAY)
    granted = extended.answered("granted", None, "Se borró", "operator-1", TODAY)
    waits = granted.without_words()
    assert (waits.wanted, waits.answer) == (None, "Se borró"), "whoever asked is still to read it"
    refused = extended.answered("refused", "law_keeps_it", "No", "operator-1", TODAY)
    for done in (waits.carried_out("operator-1", TODAY), refused.without_words()):
        assert (done.answer, [each.reason for each in done.extensions]) == (None, [None])
        assert done.outcome is not None
    assert granted.carried_out("operator-1", TODAY).answer == "Se borró"


def test_each_term_is_extended_once_by_as_many_days_and_while_it_runs() -> None:
    def extended(state: ArcoRequest, today: date = TODAY) -> ArcoRequest:
        decided = arco.extend(state, "Está en tres archivos", "operator-1", today)
        assert isinstance(decided, Decision), decided
        assert decided.state is not None
        return decided.state

    longer = extended(ASKED, ASKED.answer_by)
    assert longer.answer_by == working_days_after(ASKED.answer_by, 20)
    assert code(arco.extend(longer, "Otra vez", "operator-1", TODAY)) == "arco_extended"
    assert code(arco.extend(ASKED, "Tarde", "operator-1", date(2026, 12, 30))) == "arco_term_over"
    answered = longer.answered("granted", None, "Hecho", "operator-1", TODAY)
    carried = extended(answered)
    assert carried.effect_by == working_days_after(date(2026, 12, 21), 15)
    assert [(each.term, each.until) for each in carried.extensions] == [
        ("answer", longer.answer_by),
        ("effect", carried.effect_by),
    ]
    assert code(arco.extend(carried, "Otra vez", "operator-1", TODAY)) == "arco_extended"
    refused = ASKED.answered("refused", "law_keeps_it", "No", "operator-1", TODAY)
    assert code(arco.extend(refused, "Por si acaso", "operator-1", TODAY)) == "arco_nothing_to_extend"
    assert code(arco.extend(None, "No hay", "operator-1", TODAY)) == "arco_request_unknown"


def test_less_than_all_is_said_by_somebody_else_than_who_wrote_it_down() -> None:
    say: Any = lambda asked, outcome, ground, by: arco.answer(asked, outcome, ground, "Porque", by, TODAY)  # noqa: E731
    written = replace(ASKED, asked_by="operator-1", in_person=False)
    for outcome in ("refused", "granted_in_part"):
        assert code(say(written, outcome, "nothing_held", "operator-1")) == "arco_same_person"
        assert isinstance(say(written, outcome, "nothing_held", "operator-2"), Decision)
    assert isinstance(say(written, "granted", None, "operator-1"), Decision)
    assert code(say(ASKED, "granted", None, ASKED.asked_by)) == "arco_same_person", "whoever asked in person"


def test_what_was_granted_is_carried_out_once_and_has_a_day_until_then() -> None:
    granted = ASKED.answered("granted", None, "Hecho", "operator-1", TODAY)
    late = date(2027, 3, 1)
    assert urgency(granted) == granted.effect_by
    done = arco.carry_out(granted, "operator-2", late)
    assert isinstance(done, Decision)
    assert done.state is not None
    assert (done.state.status, done.state.carried_out_on, done.state.carried_out_by) == (
        "carried_out", late, "operator-2",
    )  # fmt: skip
    assert arco.carry_out(done.state, "operator-3", TODAY) == Decision(done.state)
    assert code(arco.answer(done.state, "granted", None, "Sí", "operator-2", TODAY)) == "arco_answered"
    assert code(arco.extend(done.state, "Otra vez", "operator-1", TODAY)) == "arco_nothing_to_extend"
    refused = ASKED.answered("refused", "law_keeps_it", "No", "operator-1", TODAY)
    assert urgency(done.state) == urgency(refused) > late
    for nothing in (ASKED, refused):
        assert code(arco.carry_out(nothing, "operator-1", TODAY)) == "arco_nothing_to_carry_out"
    assert code(arco.carry_out(None, "operator-1", TODAY)) == "arco_request_unknown"


def test_a_firm_asks_no_more_than_can_be_answered() -> None:
    assert code(arco.make(ASKED, MOST_OPEN)) == "arco_too_many"
    assert isinstance(arco.make(ASKED, MOST_OPEN - 1), Decision)


async def test_a_request_is_asked_and_answered(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    own, operator = stage.headers("supplier", supplier_id=firm), stage.headers("operator")
    path, body = f"/suppliers/{firm}/arco-requests", {"arco_right": "access", "wanted": "Todo lo que tienen de mí"}
    made = await stage.client.post(path, json=body, headers=own)
    assert (made.status_code, made.json()["in_person"], made.json()["status"]) == (201, True, "received")
    written = await stage.client.post(path, json=body | {"arco_right": "objection"}, headers=operator)
    assert (written.status_code, written.json()["in_person"]) == (201, False)
    foreign = stage.headers("supplier", supplier_id=str(uuid4()))
    assert (await stage.client.post(path, json=body, headers=foreign)).status_code == 403
    assert (await stage.client.get(path, headers=foreign)).status_code == 403
    one = f"/arco-requests/{made.json()['id']}"
    assert (await stage.client.get(one, headers=foreign)).status_code == 403
    waiting = (await stage.client.get("/arco-requests", params={"limit": 1}, headers=operator)).json()
    rest = (await stage.client.get("/arco-requests", params={"after": waiting["next"]}, headers=operator)).json()
    assert {each["arco_right"] for each in (*waiting["items"], *rest["items"])} == {"access", "objection"}
    more = {"reason": "Hay que reunirlo de tres archivos"}
    longer = [
        await stage.client.post(f"{one}/extension", json=more, headers=operator | {"If-Match": "*"}) for _ in range(2)
    ]
    assert [(each.status_code, each.json().get("title")) for each in longer] == [(200, None), (409, "arco_extended")]
    [extension] = longer[0].json()["extensions"]
    assert (extension["term"], extension["until"]) == ("answer", longer[0].json()["answer_by"])
    shown = await stage.client.get(one, headers=operator)
    given = {"outcome": "granted", "answer": "Está en su archivo del portal"}
    answered = await stage.client.post(
        f"{one}/answer", json=given, headers=operator | {"If-Match": shown.headers["ETag"]}
    )
    assert (answered.status_code, answered.json()["status"]) == (200, "answered")
    listed = (await stage.client.get(path, headers=own)).json()["items"]
    assert [(each["arco_right"], each["outcome"]) for each in listed] == [("access", "granted"), ("objection", None)]
    done = await stage.client.post(f"{one}/completion", headers=operator | {"If-Match": "*"})
    assert (done.status_code, done.json()["status"]) == (200, "carried_out")
    every = (await stage.client.get("/arco-requests", params={"status": "all"}, headers=operator)).json()["items"]
    assert [each["status"] for each in every] == ["received", "carried_out"]
    acts = {row["action"] for row in await stage.rows("SELECT action FROM audit")}
    did = {f"registration:arco:{act}" for act in ("asked", "answered", "carried-out", "viewed")}
    assert did <= acts


async def test_nothing_is_held_is_no_answer_while_something_is(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    operator = stage.headers("operator")
    made = await stage.client.post(
        f"/suppliers/{firm}/arco-requests", json={"arco_right": "access", "wanted": "Todo"}, headers=operator
    )
    second = stage.headers("operator", subject="operator-2") | {"If-Match": "*"}
    partly = {"outcome": "refused", "ground": "law_keeps_it", "answer": "La ley lo pide", "none_of_it": True}
    path = f"/arco-requests/{made.json()['id']}/answer"
    alone = await stage.client.post(path, json=partly, headers=second)
    assert (alone.status_code, alone.json()["title"]) == (422, "arco_none_of_it_alone")
    given = {"outcome": "refused", "ground": "nothing_held", "answer": "No hay nada"}

    async def answer(**more: bool) -> tuple[int, str | None]:
        done = await stage.client.post(path, json=given | more, headers=second)
        return done.status_code, done.json().get("title")

    assert (await stage.client.get(f"/suppliers/{firm}/held", headers=operator)).json() == {
        "personal": ["contact", "claim"], "prospects": [], "mergers": [],
    }  # fmt: skip
    unknown = await stage.client.get(f"/suppliers/{uuid4()}/held", headers=operator)
    assert (unknown.status_code, unknown.json()["title"]) == (404, "supplier_unknown")
    assert await answer() == (409, "arco_something_held")
    assert await answer(none_of_it=True) == (200, None)
    own = stage.headers("supplier", supplier_id=firm)
    [kept] = (await stage.client.get(f"/suppliers/{firm}/arco-requests", headers=own)).json()["items"]
    assert (kept["none_of_it"], kept["held"], kept["ground"]) == (True, ["contact", "claim"], "nothing_held")
    assert (kept["wanted"], kept["answer"], kept["answered_by"]) == ("Todo", "No hay nada", "operator-2")


async def test_what_was_written_is_sealed_and_goes_with_the_contact(stage: StageUnderTest, tmp_path: Path) -> None:
    """Also from a store that comes back; that somebody asked stays, and so does what became of it."""
    firm = (await registered(stage))["id"]
    own, operator = stage.headers("supplier", supplier_id=firm), stage.headers("operator")
    said = {"arco_right": "cancellation", "wanted": "Que se borre a Benita Robles"}
    made = (await stage.client.post(f"/suppliers/{firm}/arco-requests", json=said, headers=own)).json()
    assert made["wanted"] == said["wanted"]
    one = f"/arco-requests/{made['id']}"
    acts = {"extension": {"reason": "Benita está en tres archivos"}}
    acts["answer"] = {"outcome": "granted", "answer": "Benita ya no está"}
    for act, body in acts.items():
        done = await stage.client.post(f"{one}/{act}", json=body, headers=operator | {"If-Match": "*"})
        assert done.status_code == 200, done.text
    copy = await copied(stage, "arco_request", "data_key")
    assert await stands_in(stage, "Benita está|Benita ya") == set()
    # As a store of before has them.
    clear = (
        "wanted = 'Que se borre', answer = 'Benita ya no', extensions = jsonb_set(extensions, '{0,reason}', '\"B\"')"
    )
    await stage.rows(f"UPDATE arco_request SET {clear}")
    assert await unsealed(stage) == {"requests": 1}
    await stage.sweep_as_started()
    assert await unsealed(stage) == {}
    shown = (await stage.client.get(one, headers=own)).json()
    assert (shown["wanted"], shown["answer"], shown["extensions"][0]["reason"]) == ("Que se borre", "Benita ya no", "B")
    erased = await stage.client.delete(f"/suppliers/{firm}/contact", headers=operator)
    assert erased.status_code == 204
    shown = (await stage.client.get(one, headers=operator)).json()
    assert (shown["wanted"], shown["answer"]) == (None, "Benita ya no")
    assert (await stage.client.post(f"{one}/completion", headers=operator | {"If-Match": "*"})).status_code == 200
    shown = (await stage.client.get(one, headers=operator)).json()
    assert (shown["answer"], shown["extensions"][0]["reason"], shown["outcome"]) == (None, None, "granted")
    await stage.erasures(Register(tmp_path.as_uri(), "registration")).look()
    await restored(stage, copy)
    await stage.rows(f"UPDATE arco_request SET {clear}")
    assert (await stage.erasures(Register(tmp_path.as_uri(), "registration")).again()).rows >= 1
    assert await stage.rows("SELECT wanted, answer FROM arco_request") == [{"wanted": "", "answer": None}]
    shown = (await stage.client.get(one, headers=operator)).json()
    assert (shown["status"], shown["extensions"][0]["reason"]) == ("answered", None)
