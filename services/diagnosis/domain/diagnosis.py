"""One supplier's diagnosis: the firm's answers, the assessor's and the expert's, and the version that counts.

waiting, open (aligned), submitted (self), assessed (site visit), completed (expert-validated, locked); and open again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID, uuid5

from services.diagnosis.domain.answers import Answer, Answers, differences
from services.diagnosis.domain.applicability import Offering
from services.diagnosis.domain.calibration import NO_SIDES, Calibration, Sides, Waiver
from services.diagnosis.domain.demand import Ask, Demand, merge
from services.diagnosis.domain.evidence import Standing, Verdict, standing_of
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.result import Result, result_of
from shared.alignment import Heard
from shared.four_eyes import NOBODY, Participants
from shared.state_machine import StateMachine, Transition

Status = Literal["waiting", "open", "submitted", "assessed", "completed"]

DIAGNOSIS = StateMachine[Status](
    "diagnosis",
    get_args(Status),
    "waiting",
    (
        Transition("open", ("waiting",), "open"),
        Transition("submit", ("open", "submitted"), "submitted"),
        Transition("assess", ("submitted", "assessed"), "assessed"),
        Transition("validate", ("assessed", "completed"), "completed"),
        Transition("send back", ("assessed",), "submitted"),
        Transition("reopen", ("submitted", "assessed", "completed"), "open"),
    ),
)


@dataclass(frozen=True, slots=True)
class Locked:
    """The version that grades, selects and refers. Earlier versions are in the journal."""

    version: int
    levels: Mapping[str, int | None]
    """The expert's levels, and on top of them the re-scores since."""
    result: Result
    validated_at: datetime
    not_applicable: tuple[str, ...] = ()
    """Questions without a level that are not about the firm, by what it makes."""
    applicability: str | None = None
    """Version of the table that said so."""
    instrument: str | None = None
    """Version of the questionnaire that its levels answer; None before this was kept: the diagnosis's."""
    commitment: str | None = None
    """The question on the management's commitment, by that questionnaire."""


@dataclass(frozen=True, slots=True)
class Rescore:
    """One question scored again: higher on evidence or on what was seen, lower or the same on a note."""

    version: int
    """The version that it made."""
    question: str
    level_before: int | None
    """None: it was not evaluated."""
    level_after: int
    evidence_id: UUID | None
    note: str
    by: str
    at: datetime
    seen_on: date | None = None
    """The day of the visit on which it was seen."""
    record: str = ""
    """The document or record that was seen there."""


@dataclass(frozen=True, slots=True)
class Reopening:
    """All three answer once more; the version that counts goes on counting until the next is validated."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SentBack:
    """The expert wants the assessor's sheet once more, instead of validating it. It stays, to go on from."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Diagnosis:
    id: UUID
    """The supplier's."""
    status: Status = "waiting"
    required: bool = False
    """Somebody asks for what the firm offers; without that no further work is expected."""
    withdrawn: bool = False
    """The firm left the program: no command is taken any more."""
    instrument: str = ""
    """Version of the questionnaire, from the opening on; empty while waiting."""
    demand: Demand = field(default_factory=Demand)
    asks: Mapping[UUID, Ask] = field(default_factory=dict)
    """What is asked by each requirement that the firm's offering meets, by its id: `demand` is made of them."""
    heard: Heard = field(default_factory=Heard)
    """What of the firm's alignment was told."""
    offering: Offering | None = None
    """What the firm makes; None: registration has not told yet."""
    self_assessment: Answers | None = None
    assessment: Answers | None = None
    validation: Answers | None = None
    locked: Locked | None = None
    evidence: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    """By question, what completed activities gave."""
    verdicts: tuple[Verdict, ...] = ()
    """What assessors said of it, in order."""
    rescores: tuple[Rescore, ...] = ()
    assessor: str | None = None
    """Subject of whoever alone assesses and re-scores; an operator assigns them, and the validator too."""
    validator: str | None = None
    took_part: Participants = NOBODY
    """Whoever answered a question or a sheet, also one that was replaced, or scored again. None of them validates."""
    validators: Participants = NOBODY
    """Whoever validated a sheet of it, also one that was replaced. None of them takes part."""
    draft: Mapping[str, Answer] = field(default_factory=dict)
    """What the firm's people have answered since its last sheet, question by question."""
    visit: Mapping[str, Answer] = field(default_factory=dict)
    """What the assessor has answered since their last sheet, question by question."""
    sheets: int = 0
    """How many sheets were given: the number of the last one."""
    reopenings: tuple[Reopening, ...] = ()
    calibration: Calibration | None = None
    """Of this round, where it is assessed twice."""
    sides: Sides = NO_SIDES
    """Who ever assessed first, second or led: nobody changes sides."""
    sent_back: tuple[SentBack, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    """Of drawn rounds that went on without a second assessor, in order."""

    @property
    def diagnosis_id(self) -> UUID:
        return uuid5(self.id, "diagnosis")

    @property
    def who_validated(self) -> Participants:
        """Also who did before `validators` were kept, as far as the last sheet says."""
        return self.validators if self.validation is None else self.validators.joined_by(self.validation.by)

    @property
    def measured_by(self) -> str:
        """Version of the questionnaire that the version that counts answers: another one while a second round is on."""
        return self.instrument if self.locked is None else self.locked.instrument or self.instrument

    def differences(self, instruments: Instruments) -> tuple[str, ...]:
        """Questions on which firm and assessor are far apart."""
        if self.self_assessment is None or self.assessment is None:
            return ()
        return differences(self.self_assessment, self.assessment, instruments.of(self.instrument).rules.apart)

    def demand_by(self, version: str, instruments: Instruments) -> Demand:
        """What is asked, by the questions of this version. Before `asks` were kept, what was made of them then."""
        if version == self.instrument or not self.asks:
            return self.demand
        return merge(instruments.of(version), self.asks.values())

    @property
    def ready(self) -> Mapping[str, tuple[UUID, ...]]:
        """By question with an open gap, the evidence that a re-score may raise it on: all that was not returned."""
        if self.locked is None:
            return {}
        usable = {gap.question: self._usable(gap.question) for gap in self.locked.result.gaps}
        return {question: evidence for question, evidence in usable.items() if evidence}

    def standing(self, question: str, evidence_id: UUID) -> Standing:
        """What the last look at it said."""
        said = standing_of(self.verdicts, question, evidence_id)
        scored = any((each.question, each.evidence_id) == (question, evidence_id) for each in self.rescores)
        # Re-scored on before verdicts were kept.
        return "accepted" if said == "waiting" and scored else said

    def _usable(self, question: str) -> tuple[UUID, ...]:
        return tuple(one for one in self.evidence.get(question, ()) if self.standing(question, one) != "returned")


def align(diagnosis: Diagnosis, asks: Iterable[Ask], instruments: Instruments) -> Diagnosis:
    """Open it, or measure it against what is asked now.

    A completed one keeps its levels; where its gaps are no longer the same it becomes a new locked version.
    """
    if diagnosis.withdrawn:
        return diagnosis
    opened = DIAGNOSIS.after(diagnosis.status, "open")
    version = diagnosis.instrument if opened is None else instruments.current.version
    demand = merge(instruments.of(version), asks)
    aligned = replace(diagnosis, status=opened or diagnosis.status, required=True, demand=demand, instrument=version)
    return measured(aligned, instruments)


def profiled(diagnosis: Diagnosis, offering: Offering, instruments: Instruments) -> Diagnosis:
    """What the firm makes says which questions are about it.

    A level that somebody gave stays, whatever the firm states later: what was seen outranks what is stated.
    """
    known = replace(diagnosis, offering=offering)
    return known if diagnosis.withdrawn else measured(known, instruments)


def misalign(diagnosis: Diagnosis, instruments: Instruments) -> Diagnosis:
    """Nobody asks any more: what anchors asked is no gap any longer, what the law and the program ask still is."""
    return measured(replace(diagnosis, required=False, demand=Demand()), instruments)


def measured(diagnosis: Diagnosis, instruments: Instruments, *, anyway: bool = False) -> Diagnosis:
    """The same levels against what is asked now: the next version where that makes another result, or `anyway`."""
    locked = diagnosis.locked
    if locked is None:
        return diagnosis
    after = next_version(diagnosis, locked.levels, locked.validated_at, instruments, diagnosis.measured_by)
    if not anyway and (after.result, after.not_applicable) == (locked.result, locked.not_applicable):
        return diagnosis
    return replace(diagnosis, locked=after)


def next_version(
    diagnosis: Diagnosis,
    levels: Mapping[str, int | None],
    validated_at: datetime,
    instruments: Instruments,
    by: str | None = None,
) -> Locked:
    """The version that these levels make, by what is asked now and by what the firm makes. `by`: the version of the
    questionnaire that they answer; that of the round that is on unless given.
    """
    version = by or diagnosis.instrument
    instrument, demand = instruments.of(version), diagnosis.demand_by(version, instruments)
    without = instruments.not_applicable(version, diagnosis.offering)
    left_out = tuple(code for code in without if levels[code] is None)
    return Locked(
        version=max(0 if diagnosis.locked is None else diagnosis.locked.version, instruments.floor) + 1,
        levels=levels,
        result=result_of(instrument, levels, demand, left_out),
        validated_at=validated_at,
        not_applicable=left_out,
        applicability=instruments.applicability.version,
        instrument=version,
        commitment=instrument.commitment,
    )


def receive_evidence(diagnosis: Diagnosis, questions: Iterable[str], evidence_id: UUID) -> Diagnosis:
    """An activity's deliverable is there: its questions may be scored again. The gaps stay open until they are."""
    evidence = dict(diagnosis.evidence)
    for question in questions:
        known = evidence.get(question, ())
        if evidence_id not in known:
            evidence[question] = (*known, evidence_id)
    return replace(diagnosis, evidence=evidence)


def forget_evidence(diagnosis: Diagnosis, evidence_id: UUID) -> Diagnosis:
    """Evidence that was taken back: nothing rises on it any more. What was scored on it stays, with its verdict.

    What an assessor returned may be looked at once more.
    """
    kept = {
        question: tuple(one for one in known if one != evidence_id or diagnosis.standing(question, one) == "returned")
        for question, known in diagnosis.evidence.items()
    }
    return replace(diagnosis, evidence=kept)


def not_theirs(
    assigned: str | None,
    subject: str,
    unassigned: Literal["assessor_unassigned", "validator_unassigned", "lead_unassigned"],
) -> Refusal | None:
    """What keeps somebody from an act of the person who is assigned to it, if anything."""
    if assigned is None:
        return Refusal("conflict", unassigned)
    return None if assigned == subject else Refusal("forbidden", "not_assigned")


def not_open(diagnosis: Diagnosis) -> Refusal | None:
    """What keeps anybody from answering, if anything."""
    if diagnosis.withdrawn:
        return Refusal("conflict", "supplier_withdrawn")
    if diagnosis.status == "waiting":
        return Refusal("conflict", "diagnosis_not_open")
    return None
