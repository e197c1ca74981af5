"""A diagnosis that is assessed twice: who does, when the two are compared, and what follows where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.diagnosis.domain.answers import Answers, begun, differences, fault, is_level, listed
from services.diagnosis.domain.calibration import (
    CALIBRATION,
    HOLDS,
    Calibration,
    Reconciliation,
    Sides,
    alone_in,
    authors_of,
    is_drawn,
    pairs_of,
    who_waived,
)
from services.diagnosis.domain.diagnosis import DIAGNOSIS, Diagnosis, not_open, not_theirs
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal
from shared.four_eyes import Participants


@dataclass(frozen=True, slots=True)
class Calibrators:
    """Subjects of tokens; None: nobody yet, or nobody any more."""

    second: str | None
    lead: str | None


def draw(diagnosis: Diagnosis, share: int, instruments: Instruments) -> Diagnosis:
    """Say of a round that begins whether it is assessed twice, where its questionnaire says what is out of bounds. One
    that was drawn and never compared still is.
    """
    if diagnosis.calibration is not None:
        return diagnosis
    round_ = len(diagnosis.reopenings)
    bounded = instruments.of(diagnosis.instrument).calibration is not None
    if not bounded or not is_drawn(diagnosis.diagnosis_id, round_, share):
        return diagnosis
    return replace(diagnosis, calibration=Calibration(round_))


def is_second(diagnosis: Diagnosis, by: str) -> bool:
    """Whether somebody is the second assessor: what they answer is a sheet of its own."""
    return diagnosis.calibration is not None and diagnosis.calibration.second == by


def hides(diagnosis: Diagnosis, by: str | None) -> bool:
    """Whether the first assessor's levels are not for somebody yet: before both are in they are nobody's but theirs."""
    drawn = diagnosis.calibration is not None and diagnosis.calibration.standing == "drawn"
    return drawn and (by is None or by not in {diagnosis.assessor, *first_authors(diagnosis)})


def hidden_since(diagnosis: Diagnosis) -> datetime | None:
    """From when on sheets of both assessors are for nobody but who gave them; None: all are for all."""
    calibration = diagnosis.calibration
    if calibration is None or calibration.standing != "drawn":
        return None
    # Of a drawn round that was reopened, from its own beginning on.
    past = diagnosis.reopenings[: calibration.round]
    return past[-1].at if past else datetime.min.replace(tzinfo=UTC)


def hidden_givers(diagnosis: Diagnosis, by: str) -> frozenset[str]:
    """Whose files back a sheet that is hidden from somebody: those of the sides that they were never on."""
    sides = sides_of(diagnosis)
    others = [side.subjects for side in (sides.firsts, sides.seconds) if by not in side.subjects]
    return frozenset(one for subjects in others for one in subjects)


def first_authors(diagnosis: Diagnosis) -> frozenset[str]:
    """Whoever answered a question of the first assessor's sheet."""
    return authors_of(diagnosis.assessment, diagnosis.visit)


def sides_of(diagnosis: Diagnosis) -> Sides:
    """Who ever was on which side, with who is now."""
    known, calibration = diagnosis.sides, diagnosis.calibration
    authors = () if calibration is None else (calibration.second, *sorted(calibration.authors))
    leads = () if calibration is None else (calibration.lead,)
    return replace(
        known,
        firsts=_joined(known.firsts, diagnosis.assessor, *sorted(first_authors(diagnosis))),
        seconds=_joined(known.seconds, *authors),
        leads=_joined(known.leads, *leads),
    )


def reopened(diagnosis: Diagnosis, instruments: Instruments) -> Diagnosis:
    """What of the calibration a reopening leaves: who was on which side and, of a drawn round whose two sheets were not
    both in, the round itself, as blind as before and to be compared still. A second goes on from what they gave.
    """
    calibration, sides = diagnosis.calibration, sides_of(diagnosis)
    if calibration is None:
        return replace(diagnosis, sides=sides)
    current = instruments.current
    if calibration.standing != "drawn" or current.calibration is None:
        saw = _joined(sides.saw, *sides.firsts.subjects, *sides.seconds.subjects, *sides.leads.subjects)
        return replace(diagnosis, calibration=None, sides=replace(sides, saw=saw))
    answered = begun(calibration.sheet, calibration.visit) if diagnosis.instrument == current.version else {}
    return replace(diagnosis, calibration=replace(calibration, visit=answered, sheet=None), sides=sides)


def assign_calibrators(diagnosis: Diagnosis, given: Calibrators, by: str) -> Diagnosis | Refusal:
    """Replace who assesses for the second time, and who leads. What was answered stays, to go on from."""
    calibration = diagnosis.calibration
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    if calibration is None:
        return Refusal("conflict", "not_drawn")
    named = {one for one in (given.second, given.lead) if one is not None}
    if by in named:
        return Refusal("forbidden", "assigned_themselves")
    if calibration.standing == "waived":
        return Refusal("conflict", "second_waived")
    if calibration.standing != "drawn" and given.second != calibration.second:
        return Refusal("conflict", "already_compared")
    waived = who_waived(diagnosis.waivers)
    if named & {diagnosis.validator, *diagnosis.who_validated.subjects, *waived}:
        return Refusal("forbidden", "waived_it" if named & waived else "validated_it")
    sides = sides_of(diagnosis)
    no_second = {*sides.firsts.subjects, *sides.leads.subjects, *sides.saw.subjects}
    no_lead = {*sides.firsts.subjects, *sides.seconds.subjects, given.second}
    if (given.second is not None and given.second in no_second) or (given.lead is not None and given.lead in no_lead):
        return Refusal("forbidden", "same_assessor")
    return replace(
        diagnosis,
        calibration=replace(calibration, second=given.second, lead=given.lead),
        sides=sides,
    )


def not_second_now(diagnosis: Diagnosis) -> Refusal | None:
    """What keeps the second assessor from answering now, if anything."""
    calibration, refusal = diagnosis.calibration, not_open(diagnosis)
    if refusal is not None or calibration is None:
        return refusal or Refusal("conflict", "not_drawn")
    if calibration.standing != "drawn":
        return Refusal("conflict", "second_waived" if calibration.standing == "waived" else "already_compared")
    if DIAGNOSIS.after(diagnosis.status, "assess") is None:
        return Refusal("conflict", "not_submitted")
    return None


def assess_second(diagnosis: Diagnosis, answers: Answers, instruments: Instruments) -> Diagnosis | Refusal:
    """The second assessor's sheet; it may be corrected until the first one's is there too."""
    refusal, calibration = not_second_now(diagnosis), diagnosis.calibration
    if refusal is not None or calibration is None:
        return refusal or Refusal("conflict", "not_drawn")
    instrument = instruments.of(diagnosis.instrument)
    left_out = instruments.not_applicable(diagnosis.instrument, diagnosis.offering)
    whole, own = answers.completed(left_out), diagnosis.self_assessment
    refusal = fault(instrument, whole, left_out)
    if refusal is not None:
        return refusal
    far = () if own is None else differences(own, whole, instrument.rules.apart)
    silent = [code for code in far if not whole.notes.get(code, "").strip()]
    if silent:
        return Refusal("invalid", "note_missing", {"questions": listed(silent)})
    if whole.repeats(calibration.sheet):
        return replace(diagnosis, calibration=replace(calibration, visit={}))
    after = replace(
        diagnosis,
        calibration=replace(calibration, sheet=whole, visit={}),
        took_part=diagnosis.took_part.joined_by(whole.by, *whole.authors.values()),
        sheets=diagnosis.sheets + 1,
    )
    return compared(after, instruments)


def compared(diagnosis: Diagnosis, instruments: Instruments) -> Diagnosis:
    """With the two beside each other, once both are in."""
    calibration, first = diagnosis.calibration, diagnosis.assessment
    bounds = instruments.of(diagnosis.instrument).calibration
    if calibration is None or calibration.sheet is None or first is None or bounds is None:
        return diagnosis
    if calibration.standing != "drawn" or diagnosis.status != "assessed":
        return diagnosis
    pairs, at = pairs_of(first, calibration.sheet), max(first.at, calibration.sheet.at)
    alone = alone_in(first, calibration.sheet)
    both = replace(calibration, pairs=pairs, alone=alone, compared_at=at, visit={})
    act = "agree" if both.is_within(bounds) else "differ"
    standing = CALIBRATION.after(calibration.standing, act) or calibration.standing
    # What the first noted since, with another level, could not be given any more.
    kept = {code: one for code, one in diagnosis.visit.items() if one.level == first.levels.get(code)}
    return replace(diagnosis, visit=kept, calibration=replace(both, standing=standing))


def moved_after(diagnosis: Diagnosis, levels: Mapping[str, int | None]) -> bool:
    """Whether the first assessor would give other levels than those that were compared: notes and evidence they may
    correct, with the other's levels in sight no level.
    """
    calibration, before = diagnosis.calibration, diagnosis.assessment
    if calibration is None or calibration.compared_at is None or before is None:
        return False
    return any(level != before.levels.get(code) for code, level in levels.items())


def unexplained(diagnosis: Diagnosis, answers: Answers) -> tuple[str, ...]:
    """Questions on which the expert leaves the level that the lead assessor reconciled, without a note."""
    calibration = diagnosis.calibration
    said = {} if calibration is None or calibration.reconciliation is None else calibration.reconciliation.levels
    return tuple(
        code
        for code, level in said.items()
        if answers.levels.get(code) != level and not answers.notes.get(code, "").strip()
    )


def held(diagnosis: Diagnosis) -> Refusal | None:
    """What keeps a diagnosis that is assessed twice from being validated, if anything."""
    calibration = diagnosis.calibration
    if calibration is None or calibration.standing not in HOLDS:
        return None
    return Refusal("conflict", "second_missing" if calibration.standing == "drawn" else "not_reconciled")


def reconcile(diagnosis: Diagnosis, given: Reconciliation, instruments: Instruments) -> Diagnosis | Refusal:
    """The lead assessor says which level holds, at least where the two are apart, and why. The expert validates."""
    calibration, bounds = diagnosis.calibration, instruments.of(diagnosis.instrument).calibration
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    if calibration is None or bounds is None:
        return Refusal("conflict", "not_drawn")
    standing = CALIBRATION.after(calibration.standing, "reconcile")
    if standing is None:
        return Refusal("conflict", "not_out_of_bounds")
    refusal = not_theirs(calibration.lead, given.by, "lead_unassigned")
    if refusal is not None:
        return refusal
    unknown = given.levels.keys() - {*(pair.question for pair in calibration.pairs), *calibration.alone}
    if unknown:
        return Refusal("invalid", "unknown_question", {"questions": listed(unknown)})
    missing = [code for code in calibration.to_reconcile(bounds) if code not in given.levels]
    if missing:
        return Refusal("invalid", "question_missing", {"questions": listed(missing)})
    outside = [code for code, level in given.levels.items() if not is_level(level)]
    if outside:
        return Refusal("invalid", "level_out_of_range", {"questions": listed(outside)})
    return replace(
        diagnosis,
        calibration=replace(calibration, standing=standing, reconciliation=given),
        took_part=diagnosis.took_part.joined_by(given.by),
    )


def _joined(known: Participants, *subjects: str | None) -> Participants:
    return known.joined_by(*(one for one in subjects if one is not None))
