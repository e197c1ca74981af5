"""A diagnosis that is assessed twice, as decisions."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid5

import pytest

from services.diagnosis import handlers
from services.diagnosis.domain import draft
from services.diagnosis.domain.answering import assess, reopen, send_back, submit, validate
from services.diagnosis.domain.answers import Answer
from services.diagnosis.domain.assignment import Assignment, assign
from services.diagnosis.domain.calibrating import Calibrators, assign_calibrators, hides, reconcile
from services.diagnosis.domain.calibration import Calibration, Reconciliation, Standing, is_drawn
from services.diagnosis.domain.diagnosis import Diagnosis, Reopening, SentBack
from services.diagnosis.domain.refusal import Refusal
from shared.contracts.diagnosis import AssessmentsCompared, DiagnosisAssessed
from shared.four_eyes import mark_of
from shared.messaging.decision import Decision, Refused
from tests.diagnosis.builders import INSTRUMENT, INSTRUMENTS, NOW, SUPPLIER, answers, done, levels_at, opened

ALL = 10_000
CODES = [*INSTRUMENT.questions]


def drawn() -> Diagnosis:
    """The firm's own sheet is in, and a second assessor and a lead are assigned."""
    begun = done(submit(opened(), answers(levels_at(2), "firm"), INSTRUMENTS, ALL))
    return done(assign_calibrators(begun, Calibrators("second", "lead"), "operator"))


def given(diagnosis: Diagnosis, by: str, levels: Mapping[str, int | None]) -> Diagnosis:
    return done(assess(diagnosis, answers(levels, by, dict.fromkeys(levels, "seen")), INSTRUMENTS))


def both(first: Mapping[str, int | None], second: Mapping[str, int | None]) -> Diagnosis:
    return given(given(drawn(), "assessor", first), "second", second)


def mixed(**others: int) -> dict[str, int | None]:
    """Levels that vary: 1, 2, 3, 1, 2, 3 and so on, except the named."""
    return {**{code: 1 + number % 3 for number, code in enumerate(CODES)}, **others}


def further(count: int, by: int = 2) -> dict[str, int | None]:
    """So many questions that are at 1 in `mixed` that many levels higher."""
    low = [code for code, level in mixed().items() if level == 1][:count]
    return mixed(**dict.fromkeys(low, 1 + by))


def of(diagnosis: Diagnosis) -> Calibration:
    assert diagnosis.calibration is not None
    return diagnosis.calibration


def reason(outcome: Diagnosis | Refusal) -> str:
    assert isinstance(outcome, Refusal)
    return outcome.reason


def test_a_share_of_diagnoses_is_drawn_by_their_id_alone() -> None:
    ids = [uuid5(SUPPLIER, str(number)) for number in range(2_000)]
    tenth = {id_ for id_ in ids if is_drawn(id_, 0, 1_000)}
    assert 140 < len(tenth) < 260, "a tenth of 2,000, within four deviations of 13"
    assert tenth == {id_ for id_ in ids if is_drawn(id_, 0, 1_000)}
    assert tenth < {id_ for id_ in ids if is_drawn(id_, 0, 2_000)}, "a larger share has all of the smaller one"
    assert tenth != {id_ for id_ in ids if is_drawn(id_, 1, 1_000)}, "each round is drawn anew"
    assert not any(is_drawn(id_, 0, 0) for id_ in ids)
    assert all(is_drawn(id_, 0, ALL) for id_ in ids)


def test_a_round_is_drawn_once_when_it_begins_and_only_where_the_questionnaire_has_bounds() -> None:
    first = done(submit(opened(), answers(levels_at(2), "firm"), INSTRUMENTS))
    assert first.calibration is None
    corrected = done(submit(first, answers(levels_at(3), "firm"), INSTRUMENTS, ALL))
    assert corrected.calibration is None, "a share that grew draws none that began before"
    without = replace(INSTRUMENT, calibration=None)
    unbounded = replace(INSTRUMENTS, current=without, versions={without.version: without})
    assert done(submit(opened(), answers(levels_at(2), "firm"), unbounded, ALL)).calibration is None


def test_two_who_agree_are_within_and_what_they_gave_is_kept_with_who_gave_it() -> None:
    after = both(mixed(), mixed(T01=2))
    assert (of(after).standing, after.status, len(of(after).pairs)) == ("within", "assessed", 54)
    pair = of(after).pairs[0]
    assert (pair.question, pair.first, pair.second, pair.first_by, pair.second_by) == (
        "T01",
        1,
        2,
        "assessor",
        "second",
    )
    assert validate(after, answers(mixed(), "expert"), INSTRUMENTS) != after


@pytest.mark.parametrize(
    ("second", "standing"),
    [
        (further(3), "within"),
        (further(4), "out"),
        # All 18 at 1 are at 2: Σ(x-y)² = 18, Σx = 108, Σy = 126, Σx² = 252, Σy² = 306; 1 - 54·18 / (54·252 + 54·306
        # - 2·108·126) = 1 - 972 / 2916 = 0.667.
        (further(18, 1), "within"),
        (dict.fromkeys(CODES, 2), "within"),
        ({code: 4 - (level or 0) for code, level in mixed().items()}, "out"),
    ],
)
def test_bounds_are_the_questionnaires(second: dict[str, int | None], standing: Standing) -> None:
    assert of(both(mixed(), second)).standing == standing


def test_whoever_comes_in_later_ends_it_and_corrections_since_change_nothing() -> None:
    second_first = given(given(drawn(), "second", further(4)), "assessor", mixed())
    assert of(second_first).standing == "out"
    assert second_first.status == "assessed"
    swayed = assess(second_first, answers(further(4), "assessor", dict.fromkeys(CODES, "x")), INSTRUMENTS)
    assert reason(swayed) == "already_compared", "with the other's levels in sight"
    noted = done(assess(second_first, answers(mixed(), "assessor", dict.fromkeys(CODES, "otra")), INSTRUMENTS))
    assert of(noted) == of(second_first)
    late = assess(second_first, answers(mixed(), "second", dict.fromkeys(CODES, "x")), INSTRUMENTS)
    assert reason(late) == "already_compared"
    within = both(mixed(), mixed())
    back = done(send_back(within, SentBack("Mire otra vez", "expert", NOW)))
    for state in (within, back):
        late = assess(state, answers(mixed(T01=2), "assessor", dict.fromkeys(CODES, "x")), INSTRUMENTS)
        assert reason(late) == "already_compared"
        other = Answer(4, None, "", "", "assessor", NOW)
        assert reason(draft.see(state, "T01", other, INSTRUMENTS)) == "already_compared"
        assert draft.see(state, "T01", replace(other, level=1, note="acta"), INSTRUMENTS) != state
    assert given(back, "assessor", mixed()).status == "assessed"


def test_what_the_first_noted_since_and_never_gave_ends_with_the_comparison() -> None:
    begun = given(drawn(), "assessor", mixed())
    for code, level in (("T01", 4), ("T02", 2)):
        begun = done(draft.see(begun, code, Answer(level, None, "", "acta", "assessor", NOW), INSTRUMENTS))
    assert set(given(begun, "second", mixed()).visit) == {"T02"}


@pytest.mark.parametrize(
    ("apart", "unseen", "standing"), [(2, 1, "within"), (3, 1, "out"), (0, 3, "within"), (1, 3, "out")]
)
def test_what_one_of_the_two_did_not_see_counts_with_what_is_apart(apart: int, unseen: int, standing: str) -> None:
    left = [code for code, level in mixed().items() if level == 2][:unseen]
    after = both(mixed(), {**further(apart), **dict.fromkeys(left)})
    assert (of(after).standing, of(after).alone, len(of(after).pairs)) == (standing, tuple(left), 54 - unseen)
    if standing == "out":
        far = [pair.question for pair in of(after).apart(INSTRUMENT.calibration)]  # type: ignore[arg-type]
        said = Reconciliation(dict.fromkeys(far, 3), "Lo vi", "lead", NOW)
        assert reason(reconcile(after, said, INSTRUMENTS)) == "question_missing"
        whole = replace(said, levels=dict.fromkeys([*far, *left], 3))
        assert of(done(reconcile(after, whole, INSTRUMENTS))).standing == "reconciled"


def test_nobody_sees_the_other_s_levels_before_both_are_in() -> None:
    for begun, by in ((drawn(), "assessor"), (drawn(), "second")):
        one = given(begun, by, mixed())
        other = "second" if by == "assessor" else "assessor"
        assert draft.visited(one, other) == {}
        assert len(draft.visited(one, by)) == 54
        assert [hides(one, who) for who in ("assessor", "second", "expert", None)] == [False, True, True, True]
    after = both(mixed(), further(4))
    assert not any(hides(after, who) for who in ("assessor", "second", "expert", None))


def test_a_second_sheet_is_kept_question_by_question_and_counts_as_one() -> None:
    begun = given(drawn(), "assessor", mixed())
    one = Answer(3, None, "", "", "second", NOW)
    seen = done(draft.see(begun, "T01", one, INSTRUMENTS))
    assert (of(seen).visit, seen.visit, seen.took_part.may_approve("second")) == ({"T01": one}, {}, False)
    assert draft.see(seen, "T01", replace(one, by="third"), INSTRUMENTS) == Refusal("forbidden", "not_assigned")
    early = draft.end_visit(seen, "second", NOW, INSTRUMENTS)
    assert reason(early) == "question_missing"
    for code in CODES:
        seen = done(draft.see(seen, code, Answer(2, None, "", "", "second", NOW), INSTRUMENTS))
    ended = done(draft.end_visit(seen, "second", NOW, INSTRUMENTS))
    assert (ended.sheets, of(ended).standing, of(ended).visit) == (begun.sheets + 1, "within", {})
    assert ended.assessment == begun.assessment


def test_a_second_sheet_explains_what_is_far_from_the_firm_s_own() -> None:
    refused = assess(drawn(), answers(levels_at(4), "second"), INSTRUMENTS)
    assert reason(refused) == "note_missing"


@pytest.mark.parametrize(
    ("people", "by", "why"),
    [
        (Calibrators("assessor", None), "operator", "same_assessor"),
        (Calibrators("third", "assessor"), "operator", "same_assessor"),
        (Calibrators("third", "third"), "operator", "same_assessor"),
        (Calibrators("expert", None), "operator", "validated_it"),
        (Calibrators("second", "expert"), "operator", "validated_it"),
        (Calibrators("boss", None), "boss", "assigned_themselves"),
    ],
)
def test_second_and_lead_are_other_people_than_all_others(people: Calibrators, by: str, why: str) -> None:
    assert reason(assign_calibrators(drawn(), people, by)) == why


def test_a_second_who_leaves_is_replaced_and_nothing_is_lost() -> None:
    begun = done(draft.see(drawn(), "T01", Answer(3, None, "", "", "second", NOW), INSTRUMENTS))
    moved = done(assign_calibrators(begun, Calibrators("third", "lead"), "operator"))
    assert set(draft.visited(moved, "third")) == {"T01"}
    assert draft.see(moved, "T02", Answer(3, None, "", "", "second", NOW), INSTRUMENTS) == Refusal(
        "forbidden", "not_assigned"
    )
    assert reason(assign(moved, Assignment("second", "expert"), "operator")) == "same_assessor", "who saw half of it"
    for code in CODES[1:]:
        moved = done(draft.see(moved, code, Answer(2, None, "", "", "third", NOW), INSTRUMENTS))
    after = given(done(draft.end_visit(moved, "third", NOW, INSTRUMENTS)), "assessor", mixed())
    assert [pair.second_by for pair in of(after).pairs[:2]] == ["second", "third"]
    assert reason(assign_calibrators(after, Calibrators("fourth", "lead"), "operator")) == "already_compared"
    assert of(done(assign_calibrators(after, Calibrators("third", "other"), "operator"))).lead == "other"


def test_nor_is_the_first_of_two() -> None:
    begun = done(draft.see(drawn(), "T01", Answer(3, None, "", "", "assessor", NOW), INSTRUMENTS))
    moved = done(assign(begun, Assignment("other", "expert"), "operator"))
    assert hides(moved, "second")
    assert not hides(moved, "other")
    assert set(draft.visited(moved, "other")) == {"T01"}
    assert reason(assign_calibrators(moved, Calibrators("assessor", None), "operator")) == "same_assessor"
    for who in ("second", "lead"):
        assert reason(assign(moved, Assignment("other", who), "operator")) == "same_person"


def test_nothing_is_validated_before_both_are_in_and_agree_or_are_reconciled() -> None:
    alone, sheet = given(drawn(), "assessor", mixed()), answers(mixed(), "expert")
    assert reason(validate(alone, sheet, INSTRUMENTS)) == "second_missing"
    out = given(alone, "second", further(4))
    assert reason(validate(out, sheet, INSTRUMENTS)) == "not_reconciled"
    said = Reconciliation({pair.question: 3 for pair in of(out).apart(INSTRUMENT.calibration)}, "Lo vi", "lead", NOW)  # type: ignore[arg-type]
    assert len(said.levels) == 4
    assert reason(reconcile(out, replace(said, by="second"), INSTRUMENTS)) == "not_assigned"
    assert reason(reconcile(out, replace(said, levels={}), INSTRUMENTS)) == "question_missing"
    assert reason(reconcile(out, replace(said, levels={**said.levels, "T99": 3}), INSTRUMENTS)) == "unknown_question"
    assert reason(reconcile(out, replace(said, levels={**said.levels, "T02": 5}), INSTRUMENTS)) == "level_out_of_range"
    reconciled = done(reconcile(out, said, INSTRUMENTS))
    assert (of(reconciled).standing, of(reconciled).pairs) == ("reconciled", of(out).pairs)
    assert not reconciled.took_part.may_approve("lead")
    assert reason(validate(reconciled, sheet, INSTRUMENTS)) == "reconciled_otherwise"
    assert done(validate(reconciled, answers({**mixed(), **said.levels}, "expert"), INSTRUMENTS)).status == "completed"
    noted = answers(mixed(), "expert", dict.fromkeys(said.levels, "Vi otra cosa"))
    assert done(validate(reconciled, noted, INSTRUMENTS)).status == "completed"
    assert reason(reconcile(both(mixed(), mixed()), said, INSTRUMENTS)) == "not_out_of_bounds"
    assert reason(reconcile(opened(), said, INSTRUMENTS)) == "not_drawn"


def test_a_second_round_is_drawn_anew() -> None:
    again = done(reopen(both(mixed(), mixed()), Reopening("un año", "operator", NOW), INSTRUMENTS))
    assert again.calibration is None
    assert of(done(submit(again, answers(levels_at(3), "firm"), INSTRUMENTS, ALL))).round == 1


def _told(decision: Decision[Diagnosis] | Refused) -> list[object]:
    assert isinstance(decision, Decision)
    return [*decision.events]


def test_of_who_assessed_events_have_a_mark_alone() -> None:
    first = handlers.assess(drawn(), answers(mixed(), "assessor", dict.fromkeys(CODES, "x")), INSTRUMENTS)
    assert _told(first) == [], "differences and digests are for nobody yet"
    assert first.state is not None  # type: ignore[union-attr]
    second = handlers.assess(first.state, answers(further(4), "second", dict.fromkeys(CODES, "x")), INSTRUMENTS)  # type: ignore[union-attr]
    assessed, compared = _told(second)
    assert isinstance(assessed, DiagnosisAssessed)
    assert isinstance(compared, AssessmentsCompared)
    marks = {mark_of(SUPPLIER, "assessor"), mark_of(SUPPLIER, "second")}
    assert ({*compared.assessors}, compared.standing, compared.apart, compared.questions) == (marks, "out", 4, 54)
    assert "assessor" not in compared.model_dump_json().replace('"assessors"', "")
    assert isinstance(second, Decision)
    said = Reconciliation({pair.question: 3 for pair in of(second.state).pairs}, "Lo vi", "lead", NOW)  # type: ignore[arg-type]
    [reconciled] = _told(handlers.reconcile(second.state, said, INSTRUMENTS))
    assert isinstance(reconciled, AssessmentsCompared)
    assert (reconciled.standing, reconciled.kappa) == ("reconciled", compared.kappa)
