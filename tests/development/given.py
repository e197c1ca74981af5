"""Builders: what a test does not name has a value that meets every condition."""

from datetime import UTC, date, datetime
from typing import Literal
from uuid import UUID

from services.development.catalogue import calls, modules
from services.development.domain.candidate import Candidate, Match, Standing
from services.development.domain.cohort import Cohort, Direction, Override
from services.development.domain.diagnosis import Diagnosis, Gap, Severity
from services.development.domain.evidence import Evidence, Given
from services.development.domain.requirement import Requirement
from services.development.domain.selection import Basis
from shared.contracts import offering as offers
from shared.contracts import registration
from shared.contracts.diagnosis import AssessorAssigned, DiagnosisCompleted, EvidenceReturned, GapRescored, Result
from shared.contracts.diagnosis import Gap as ContractGap
from shared.contracts.event import Money
from shared.contracts.matching import MatchAnswered, MatchFound, MatchLost, RequirementPublished, Specification
from shared.four_eyes import NOBODY

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 9, 1, 9, tzinfo=UTC)
COHORT_ID = UUID(int=0xC0)


def supplier(number: int) -> UUID:
    return UUID(int=0xA000 + number)


def requirement(number: int) -> UUID:
    return UUID(int=0xB000 + number)


def gap(question: str, severity: Severity = "major", level: int = 1, target: int = 3) -> Gap:
    return Gap(question, severity, level, target)


def diagnosis(
    overall: int = 6_000,
    band: str = "C2",
    commitment: int | None = 2,
    gaps: tuple[Gap, ...] = (gap("T05"), gap("O03", "minor", 2)),
) -> Diagnosis:
    return Diagnosis(UUID(int=0xD0), 1, overall, band[0], band, commitment, gaps)  # type: ignore[arg-type]


IN_ORDER = Standing("not_listed", "positive", looked_up=True)
DEVELOPABLE = diagnosis()


def candidate(
    number: int = 1,
    *,
    match: int | None = 8_000,
    blocked_by: tuple[str, ...] = (),
    standing: Standing | None = IN_ORDER,
    withdrawn: bool = False,
    result: Diagnosis | None = DEVELOPABLE,
) -> Candidate:
    matches = () if match is None else (Match(requirement(1), match, blocked_by),)
    return Candidate(supplier(number), "PDP-1", "Firma", standing, withdrawn, matches, result)


def override(number: int, direction: Direction) -> Override:
    return Override(supplier(number), direction, "acuerdo del comité", "operator-1", NOW)


def cohort(capacity: int = 55, *overrides: Override) -> Cohort:
    took_part = NOBODY.joined_by(*(each.by for each in overrides))
    return Cohort(COHORT_ID, "Generación 2026", capacity, NOW, overrides=overrides, took_part=took_part)


BASIS = Basis(calls().current, modules(), {})
"""What a selection goes by, where nobody is told what anchors ask for: potential alone decides."""


def demand(*asked: tuple[int, str, int]) -> Basis:
    """The same with requirements: number, area and anchor of each."""
    told = (Requirement(requirement(at), area, "Soporte", UUID(int=0xF0 + anchor)) for at, area, anchor in asked)
    return Basis(calls().current, modules(), {each.id: each for each in told})


REVIEWER = "operator-2"
"""Approves what the other one proposed."""
MENTOR = "mentor-1"
DELIVERABLE = Evidence("document", "PPAP simulado", "EXP-7")


def evidence(activity_id: UUID, what: Evidence = DELIVERABLE, by: str = "firm") -> Given:
    """What somebody of the firm gave."""
    return Given(what.identity(activity_id), what, by, "supplier", NOW)


def profile(
    number: int = 1,
    list_69b: registration.ListState = "not_listed",
    tax_opinion: registration.TaxOpinion = "positive",
) -> registration.SupplierRegistered:
    return registration.SupplierRegistered(
        supplier_id=supplier(number),
        folio="PDP-2026-0001",
        kind="legal",
        rfc="AAA010101AAA",
        legal_name="Troquelados Ejemplo",
        sector="industry",
        scian="336370",
        state="11",
        operating_since=date(2010, 1, 1),
        size=registration.Size(stratum="small", score="35.00", rules="sme-1"),
        screening=registration.Screening(list_69b=list_69b, list_date=date(2026, 1, 1), tax_opinion=tax_opinion),
        offering=offers.Offering(processes=()),
        registered_at=NOW,
    )


def changed(**values: registration.TaxOpinion) -> registration.SupplierChanged:
    return registration.SupplierChanged.model_validate(profile(**values).model_dump())  # type: ignore[arg-type]


def withdrawn(number: int = 1) -> registration.SupplierWithdrawn:
    return registration.SupplierWithdrawn(supplier_id=supplier(number), reason="own_wish", withdrawn_at=NOW)


def match_found(score: int, at: int = 1, number: int = 1, blocked_by: tuple[str, ...] = ()) -> MatchFound:
    return MatchFound(
        supplier_id=supplier(number),
        match_id=UUID(int=0xE000 + at),
        requirement_id=requirement(at),
        anchor_id=UUID(int=0xF0),
        area="P01",
        score=score,
        criteria=(),
        blocked_by=blocked_by,
        rules="match-1",
    )


def requirement_published(at: int, area: str, anchor: int) -> RequirementPublished:
    asked = {"area": area, "title": "Soporte", "annual_volume": 1_000, "plant_state": "11", "open_until": "2027-01-01"}
    ids = {"requirement_id": requirement(at), "anchor_id": UUID(int=0xF0 + anchor)}
    return RequirementPublished.model_validate(ids | {"specification": Specification.model_validate(asked)})


def match_answered(answer: Literal["shortlisted", "declined"], at: int = 1, number: int = 1) -> MatchAnswered:
    return MatchAnswered(
        supplier_id=supplier(number),
        match_id=UUID(int=0xE000 + at),
        requirement_id=requirement(at),
        anchor_id=UUID(int=0xF0),
        area="P01",
        answer=answer,
        answered_at=NOW,
    )


def published_money(amount: str) -> Money:
    return Money(amount=amount)


def match_lost(at: int = 1, number: int = 1) -> MatchLost:
    return MatchLost(
        supplier_id=supplier(number),
        match_id=UUID(int=0xE000 + at),
        requirement_id=requirement(at),
        anchor_id=UUID(int=0xF0),
        area="P01",
        reason="requirement_closed",
    )


def result(*questions: str, overall: int = 6_000, band: str = "C2") -> Result:
    gaps = tuple(ContractGap(question=code, level=1, target=3, gap=2, severity="major") for code in questions)
    return Result.model_validate({"dimensions": {}, "overall": overall, "grade": band[0], "band": band, "gaps": gaps})


def diagnosis_completed(*questions: str, number: int = 1, version: int = 1, commitment: int = 2) -> DiagnosisCompleted:
    return DiagnosisCompleted(
        supplier_id=supplier(number),
        diagnosis_id=UUID(int=0xD0),
        instrument="pdp-54-2026-1",
        version=version,
        levels={"G01": commitment},
        result=result(*questions),
        validated_at=NOW,
    )


def assessor_assigned(mark: str | None, number: int = 1) -> AssessorAssigned:
    return AssessorAssigned(
        supplier_id=supplier(number),
        diagnosis_id=UUID(int=0xD0),
        instrument="pdp-54-2026-1",
        assessor=mark,
        assigned_at=LATER,
    )


def gap_rescored(
    question: str,
    *still_open: str,
    version: int = 2,
    level_after: int = 3,
    number: int = 1,
    evidence_id: UUID | None = None,
) -> GapRescored:
    return GapRescored(
        supplier_id=supplier(number),
        diagnosis_id=UUID(int=0xD0),
        instrument="pdp-54-2026-1",
        version=version,
        question=question,
        level_before=1,
        level_after=level_after,
        evidence_id=evidence_id,
        closed=True,
        result=result(*still_open),
        rescored_at=LATER,
    )


def evidence_returned(question: str, evidence_id: UUID, number: int = 1) -> EvidenceReturned:
    return EvidenceReturned(
        supplier_id=supplier(number),
        diagnosis_id=UUID(int=0xD0),
        instrument="pdp-54-2026-1",
        question=question,
        evidence_id=evidence_id,
        reason="not_enough",
        returned_at=LATER,
    )
