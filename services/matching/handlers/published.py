"""Between the published language and the domain: events in as values, decisions out as events."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.matching.domain.alignment import Aligned, AlignedRequirement, Alignment, Differs, NotAligned
from services.matching.domain.answers import Answers, Standing
from services.matching.domain.award import Award
from services.matching.domain.introduction import why_ended
from services.matching.domain.match import Change, Found, Lost, Match, match_id
from services.matching.domain.offering import Diagnosis, ProcessOffer, Profile, SpecialProcess
from services.matching.domain.record import (
    Certificate,
    PartLimits,
    PartOrigin,
    Plant,
    Record,
    SupplyTerms,
    TradeProgram,
)
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement, Specification
from services.matching.domain.score import Criterion
from shared.contracts import matching as contract
from shared.contracts import offering as offers
from shared.contracts import registration
from shared.contracts.alignment import MOST_GATES
from shared.contracts.diagnosis import Result
from shared.contracts.event import EventData, Money
from shared.introduction import Introducible


def profile_of(event: registration.SupplierProfile) -> Profile:
    """What the rules need of a supplier's profile."""
    screening = event.screening
    looked_up = screening.list_date is not None
    known = profile(event.offering, event.state, screening.list_69b, event.registered_at, looked_up=looked_up)
    told = event.introduction
    introducible = Introducible(event.kind == "natural", told.everybody, told.anchors, told.contact_role)
    record = record_of(event.offering, event.plants)
    return replace(known, record=record, folio=event.folio, legal_name=event.legal_name, introducible=introducible)


def profile(
    offering: offers.Offering,
    state: str | None,
    list_69b: registration.ListState,
    registered_at: datetime,
    *,
    looked_up: bool,
) -> Profile:
    """A supplier as the rules see it."""
    return Profile(
        state=state,
        list_69b=list_69b,
        looked_up=looked_up,
        registered_at=registered_at,
        processes=tuple(_process(process) for process in offering.processes),
        qms=offering.qms,
        qms_valid_to=offering.qms_valid_to,
        ppm_12m=offering.ppm_12m,
        otif_bp_12m=offering.otif_bp_12m,
        regional_value_bp=offering.regional_value_bp,
    )


def _process(offer: offers.ProcessOffer) -> ProcessOffer:
    return ProcessOffer(
        area=offer.area,
        materials=offer.materials,
        force_t=offer.force_t,
        envelope_mm=offer.envelope_mm,
        tolerance_um=offer.tolerance_um,
        free_capacity=offer.free_capacity,
        lead_time_days=offer.lead_time_days,
        special_processes=tuple(
            SpecialProcess(code=special.code, assessed_on=special.assessed_on) for special in offer.special_processes
        ),
        installed_capacity=offer.installed_capacity,
        parts=None if offer.parts is None else PartLimits(**offer.parts.model_dump()),
        supply=None if offer.supply is None else SupplyTerms(**offer.supply.model_dump()),
    )


def record_of(offering: offers.Offering, plants: Iterable[registration.Plant]) -> Record:
    """What buyers read of a supplier's profile beside what the rules need."""
    return Record(
        experience=offering.experience,
        plants=tuple(Plant(**each.model_dump()) for each in plants),
        certificates=tuple(Certificate(**each.model_dump(exclude={"sha256"})) for each in offering.certificates),
        languages=offering.languages,
        payment_terms_days=offering.payment_terms_days,
        programs=tuple(TradeProgram(**each.model_dump()) for each in offering.programs),
        origins=tuple(PartOrigin(**each.model_dump()) for each in offering.origins),
    )


def diagnosis_of(version: int, result: Result, at: datetime, evaluated: tuple[str, ...]) -> Diagnosis:
    """What a match depends on of a validated result."""
    critical = {gap.question for gap in result.gaps if gap.severity == "critical"}
    return Diagnosis(version, at, result.grade, result.band, tuple(sorted(critical)), evaluated)


def published(requirement: Requirement) -> contract.RequirementPublished:
    return contract.RequirementPublished(
        requirement_id=requirement.id,
        anchor_id=requirement.anchor_id,
        specification=told(requirement.specification),
    )


def changed(requirement: Requirement) -> contract.RequirementChanged:
    return contract.RequirementChanged(
        requirement_id=requirement.id,
        anchor_id=requirement.anchor_id,
        specification=told(requirement.specification),
    )


def closed(requirement: Requirement) -> contract.RequirementClosed:
    return contract.RequirementClosed(
        requirement_id=requirement.id,
        anchor_id=requirement.anchor_id,
        area=requirement.area,
        reason=requirement.closed_reason or "cancelled",
    )


def reopened(requirement: Requirement) -> contract.RequirementReopened:
    return contract.RequirementReopened(
        requirement_id=requirement.id,
        anchor_id=requirement.anchor_id,
        specification=told(requirement.specification),
    )


def told(asked: Specification) -> contract.Specification:
    """A specification as the other stages read it."""
    return contract.Specification.model_validate(asked, from_attributes=True)


def alignment_event(supplier_id: UUID, alignment: Alignment, revision: int, rules: str) -> EventData:
    about: dict[str, Any] = {"supplier_id": supplier_id, "revision": revision, "rules": rules}
    match alignment:
        case Aligned(requirements):
            return contract.OfferingAligned.model_validate(about | {"requirements": _aligned(requirements)})
        case Differs(requirements, lost):
            differs = {"requirements": _aligned(requirements), "lost": lost}
            return contract.AlignmentChanged.model_validate(about | differs)
        case NotAligned(missing):
            told = tuple(contract.Missing.model_validate(each, from_attributes=True) for each in missing)
            return contract.OfferingNotAligned(**about, missing=told)


def _aligned(requirements: Iterable[AlignedRequirement]) -> list[dict[str, Any]]:
    """As values: a firm has some hundreds, and a model made by itself costs several times one that its event makes."""
    return [
        {
            "requirement_id": each.requirement_id,
            "anchor_id": each.anchor_id,
            "area": each.area,
            "score": each.score,
            "targets": each.targets,
            "must_have": each.must_have,
            "unknown": each.unknown[:MOST_GATES],
        }
        for each in requirements
    ]


def match_event(offering: Offering, change: Change) -> EventData:
    match change:
        case Found(match, found):
            return contract.MatchFound(
                **_of(offering.id, match),
                score=match.score,
                criteria=tuple(criteria(found)),
                blocked_by=match.blocked_by,
                not_evaluated=match.not_evaluated,
                unknown=match.unknown[:MOST_GATES],
                more_unknown=match.unknown[MOST_GATES:],
                standing=offering.answers_about(match).standing,
                rules=match.rules,
                basis=None if match.basis is None else contract.Basis.model_validate(match.basis, from_attributes=True),
            )
        case Lost(match, reason):
            return contract.MatchLost(**_of(offering.id, match), reason=reason)


def criteria(told: Iterable[Criterion]) -> list[contract.Criterion]:
    return [contract.Criterion.model_validate(each, from_attributes=True) for each in told]


def introductions(offering: Offering, told: Collection[UUID], now: datetime) -> Iterator[EventData]:
    """Which anchors know the firm of whom nobody was `told`, and which are shown it no more."""
    about = {"supplier_id": offering.id}
    for anchor_id in sorted({*told} - {*offering.known_by}):
        reason = why_ended(offering, anchor_id)
        yield contract.IntroductionEnded(**about, anchor_id=anchor_id, reason=reason, ended_at=now)
    for anchor_id, since in sorted(offering.known_by.items()):
        if anchor_id not in told:
            yield contract.CandidateIntroduced(**about, anchor_id=anchor_id, introduced_at=since)


def answer_event(supplier_id: UUID, answers: Answers) -> EventData:
    """What was said last."""
    about, said = _of(supplier_id, answers), answers.said[-1]
    if said.standing == "ended":
        return contract.ContractEnded(**about, reason=said.reason or "other", ended_at=answers.ended_at or said.at)
    if said.award is None:
        return contract.MatchAnswered(**about, answer=_ANSWER[said.standing], reason=said.reason, answered_at=said.at)
    corrected = said.act == "correct"
    return contract.ContractAwarded(
        **about,
        annual_value=money(said.award),
        annual_volume=said.award.annual_volume,
        awarded_at=answers.awarded_at or said.at,
        corrected=said.reason if corrected else None,
        corrected_at=said.at if corrected else None,
        bounds=said.bounds,
    )


def money(award: Award) -> Money:
    return Money(amount=f"{award.annual_value:.2f}", currency=award.currency)


_ANSWER: Mapping[Standing, Literal["shortlisted", "declined"]] = {"shortlisted": "shortlisted", "declined": "declined"}


def _of(supplier_id: UUID, about: Match | Answers) -> dict[str, Any]:
    return {
        "supplier_id": supplier_id,
        "match_id": match_id(supplier_id, about.requirement_id),
        "requirement_id": about.requirement_id,
        "anchor_id": about.anchor_id,
        "area": about.area,
    }
