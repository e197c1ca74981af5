"""The program's figures, counted from the events on the topics and from nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts import development, diagnosis, financing, matching, partner, registration
from shared.contracts.event import EventData

Area = str
Partner = str


@dataclass(slots=True)
class AreaFigures:
    """One of the 35 areas."""

    requirements: set[UUID] = field(default_factory=set)
    aligned: set[UUID] = field(default_factory=set)
    matches: set[UUID] = field(default_factory=set)


@dataclass
class Figures:
    """Who is where in the program, by the ids of suppliers unless said otherwise."""

    anchors: set[UUID] = field(default_factory=set)
    requirements: set[UUID] = field(default_factory=set)
    areas: defaultdict[Area, AreaFigures] = field(default_factory=lambda: defaultdict(AreaFigures))
    registered: set[UUID] = field(default_factory=set)
    aligned: dict[UUID, bool] = field(default_factory=dict)
    """Whether the last word on each firm was that it is aligned."""
    diagnosed: set[UUID] = field(default_factory=set)
    matched: set[UUID] = field(default_factory=set)
    selected: set[UUID] = field(default_factory=set)
    planned: set[UUID] = field(default_factory=set)
    activities: set[UUID] = field(default_factory=set)
    """By activity."""
    closed: set[tuple[UUID, str]] = field(default_factory=set)
    """Gaps: supplier and question."""
    needs: set[UUID] = field(default_factory=set)
    """By need."""
    answers: Counter[str] = field(default_factory=Counter)
    """Buyers' answers, awards among them."""
    referred_firms: set[UUID] = field(default_factory=set)
    """Also those of a referral that is on its partner's topic only."""
    referrals: dict[UUID, tuple[Partner, str]] = field(default_factory=dict)
    """By referral, its partner and the state that it came to."""

    @property
    def areas_covered(self) -> int:
        """Areas in which somebody asks and somebody can deliver."""
        return sum(bool(area.requirements and area.aligned) for area in self.areas.values())

    @property
    def aligned_count(self) -> int:
        return sum(self.aligned.values())

    @property
    def not_aligned_count(self) -> int:
        return len(self.aligned) - self.aligned_count

    def referred(self) -> Counter[Partner]:
        """Referrals sent, by partner."""
        return Counter(partner for partner, _ in self.referrals.values())

    def answered(self) -> Counter[Partner]:
        """Referrals of which the partner said at least something."""
        return Counter(partner for partner, state in self.referrals.values() if state != "sent")

    def outcomes(self, partner: Partner) -> Counter[str]:
        """How many of the partner's referrals came to each state."""
        return Counter(state for code, state in self.referrals.values() if code == partner)


def count(events: Iterable[EventData]) -> Figures:
    """Count events that come in order per key; repeats change nothing."""
    figures = Figures()
    for event in events:
        _of_firms(figures, event)
        _of_matches(figures, event)
        _of_development(figures, event)
        _of_financing(figures, event)
    return figures


def _of_firms(figures: Figures, event: EventData) -> None:
    match event:
        case registration.AnchorJoined():
            figures.anchors.add(event.anchor_id)
        case registration.SupplierRegistered():
            figures.registered.add(event.supplier_id)
        case diagnosis.DiagnosisCompleted():
            figures.diagnosed.add(event.supplier_id)
        case diagnosis.GapRescored() if event.closed:
            figures.closed.add((event.supplier_id, event.question))
        case _:
            return


def _of_matches(figures: Figures, event: EventData) -> None:
    match event:
        case matching.RequirementPublished():
            figures.requirements.add(event.requirement_id)
            figures.areas[event.specification.area].requirements.add(event.requirement_id)
        case matching.OfferingAligned():
            figures.aligned[event.supplier_id] = True
            for requirement in event.requirements:
                figures.areas[requirement.area].aligned.add(event.supplier_id)
        case matching.AlignmentChanged():
            for requirement in event.requirements:
                figures.areas[requirement.area].aligned.add(event.supplier_id)
        case matching.OfferingNotAligned():
            figures.aligned[event.supplier_id] = False
        case matching.MatchFound():
            figures.matched.add(event.supplier_id)
            figures.areas[event.area].matches.add(event.match_id)
        case matching.MatchAnswered():
            figures.answers[event.answer] += 1
        case matching.ContractAwarded() if event.corrected is None:
            figures.answers["awarded"] += 1
        case _:
            return


def _of_development(figures: Figures, event: EventData) -> None:
    match event:
        case development.SupplierSelected():
            figures.selected.add(event.supplier_id)
        case development.PlanAgreed():
            figures.planned.add(event.supplier_id)
        case development.ActivityCompleted():
            figures.activities.add(event.activity_id)
        case _:
            return


def _of_financing(figures: Figures, event: EventData) -> None:
    match event:
        case financing.NeedIdentified():
            figures.needs.add(event.need_id)
        case partner.Referral():
            figures.referred_firms.add(event.supplier_id)
        case financing.ReferralSent():
            figures.referred_firms.add(event.supplier_id)
            figures.referrals.setdefault(event.referral_id, (event.partner, "sent"))
        case financing.ReferralAnswered():
            figures.referrals[event.referral_id] = event.partner, event.state
        case financing.ReferralLapsed():
            figures.referrals[event.referral_id] = event.partner, "lapsed"
        case _:
            return
