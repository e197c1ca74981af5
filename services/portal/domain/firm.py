"""One firm as people see it: what each stage said of it last. Every part is one stage's word, so that the order between
topics does not matter.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from services.portal.domain.money import Consent, Need, Referral
from shared.alignment import Heard
from shared.introduction import Introducible


@dataclass(frozen=True, slots=True)
class Profile:
    """What registration tells. `rfc` and `legal_name` of legal persons only."""

    folio: str
    kind: str
    rfc: str | None
    legal_name: str | None
    scian: str
    state: str
    municipality: str | None
    operating_since: date
    exports: bool
    stratum: str
    list_69b: str
    tax_opinion: str
    qms: str
    qms_valid_to: date | None
    areas: tuple[str, ...]
    registered_at: datetime
    introducible: Introducible | None = None
    """None: told before this was kept."""

    def may_be_known_to(self, anchor_id: UUID) -> bool:
        """Whether an anchor that it matches may know who it is."""
        known = self.introducible or Introducible(self.kind == "natural")
        return known.may_know(anchor_id)


@dataclass(frozen=True, slots=True)
class Aligned:
    """One open requirement that the firm can meet. Score in basis points."""

    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """One gate that the firm did not pass."""

    area: str
    requirement_id: UUID | None
    gate: str
    reason: str
    need: str
    offer: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """Whether anybody asks for what the firm offers."""

    requirements: tuple[Aligned, ...] = ()
    missing: tuple[Missing, ...] = ()
    heard: Heard = field(default_factory=Heard)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a match's score, in basis points."""

    criterion: str
    points: int
    max: int
    status: str
    need: str
    offer: str
    reason: str
    measured: bool = False
    """Whether the offer is what anchors measured."""


WENT_ON = frozenset({"shortlisted", "awarded", "ended"})
"""Standings that a buyer gives only to a firm that it knows; declined is also who was never introduced."""


NOT_CONSENTED = "not_consented"


@dataclass(frozen=True, slots=True)
class Match:
    """A requirement that the diagnosed firm meets. `standing` is what the buyer said last."""

    match_id: UUID
    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int = 0
    standing: str = "found"
    criteria: tuple[Criterion, ...] = ()
    blocked_by: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    annual_value: str | None = None
    lost: str | None = None
    """Why it holds no longer, where it does not."""
    known: bool = False
    """Whether a buyer went on with the firm before what `standing` says."""
    because: str | None = None
    """The code that the buyer gave with it."""
    said_at: datetime | None = None
    """When the buyer said it."""
    found_at: datetime | None = None

    @property
    def went_on(self) -> bool:
        """Whether a buyer ever shortlisted the firm or bought from it: whatever follows, that anchor knows it."""
        return self.known or self.standing in WENT_ON

    def said(self, standing: str, at: datetime | None, because: str | None = None) -> "Match":
        """The match after another answer of a buyer."""
        return replace(self, standing=standing, known=self.went_on, because=because, said_at=at)

    @property
    def bought(self) -> bool:
        """Whether anything was ever bought: an award may have been told of the wrong firm."""
        return self.annual_value is not None and (self.standing, self.because) != ("ended", "mistyped")


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one question is from its target; levels are 0 to 4."""

    question: str
    level: int
    target: int
    severity: str
    anchors_asking: int
    modules: tuple[str, ...]
    evaluated: bool = True
    """Whether anybody looked: a level of 0 that nobody gave is none."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How far the diagnosis is, and the result of its last validated version. Shares in basis points."""

    status: str
    instrument: str
    version: int = 0
    overall: int | None = None
    grade: str | None = None
    band: str | None = None
    dimensions: dict[str, int] | None = None
    reasons: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    validated_at: datetime | None = None
    since: datetime | None = None
    """When `status` began."""
    held: bool = False
    """Two assessors are out of bounds: a lead assessor reconciles them before an expert validates."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Whether the firm has a place in a cohort, and why."""

    outcome: str
    cohort_id: UUID
    rank: int | None
    score: int | None
    reasons: tuple[str, ...]
    since: datetime | None = None
    """When `outcome` began."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One module of a plan."""

    activity_id: UUID
    module: str
    kind: str
    hours: int
    questions: tuple[str, ...]
    done: bool = False
    returned_at: datetime | None = None
    """When its evidence was returned, where it is to be mended."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was agreed, and how far it is."""

    plan_id: UUID
    status: str
    activities: tuple[Activity, ...]
    uncovered: tuple[str, ...]
    agreed_at: datetime | None = None
    moved_at: datetime | None = None
    """When somebody else than the firm moved its dates."""

    @property
    def done(self) -> int:
        """How many activities are."""
        return sum(activity.done for activity in self.activities)


@dataclass(frozen=True, slots=True)
class Firm:
    """All that people see of one firm. A part that no stage spoke of yet is None."""

    id: UUID
    profile: Profile | None = None
    withdrawn: str | None = None
    """Why it left, where it did."""
    alignment: Alignment | None = None
    matches: tuple[Match, ...] = ()
    diagnosis: Diagnosis | None = None
    selection: Selection | None = None
    plan: Plan | None = None
    needs: tuple[Need, ...] = ()
    consents: tuple[Consent, ...] = ()
    referrals: tuple[Referral, ...] = ()

    def standing(self, consent: Consent, on: date) -> str:
        """How a consent of the firm stands on a day (UTC, as financing counts). Only the last one to a partner counts:
        it takes the place of those before, also once it was taken back or its days are over.
        """
        if consent.revoked_at is not None:
            return "revoked"
        if any(each.partner == consent.partner and each.order > consent.order for each in self.consents):
            return "superseded"
        return "expired" if consent.expires_on < on else "given"

    def consents_standing(self, on: date) -> tuple[Consent, ...]:
        """Those that hold on this day."""
        return tuple(each for each in self.consents if self.standing(each, on) == "given")

    @property
    def candidates(self) -> tuple[Match, ...]:
        """Matches that hold, and those that a buyer went on with, whatever became of them and of the firm."""
        return tuple(match for match in self.matches if match.went_on or not (self.withdrawn or match.lost))

    @property
    def introduced(self) -> tuple[Match, ...]:
        """Those of them whose anchors may know the firm."""
        return tuple(match for match in self.candidates if not self.hidden_by(match))

    def hidden_by(self, match: Match) -> tuple[str, ...]:
        """Why a match's anchor may not know the firm: a natural person's missing consent, or the questions that block
        it. Of nothing where the anchor may: nothing hides it, or a buyer went on; of a natural person who buys from it.
        """
        if match.standing == "awarded":
            return ()
        if self.profile is not None and not self.profile.may_be_known_to(match.anchor_id):
            return (NOT_CONSENTED,)
        return () if match.went_on else match.blocked_by

    @property
    def declines(self) -> tuple[Match, ...]:
        """Matches of which it hears why a buyer declined it: who was never introduced does not."""
        declined = (match for match in self.matches if match.standing == "declined" and match.because)
        return tuple(match for match in declined if match.went_on or not (match.lost or self.hidden_by(match)))

    @property
    def known_by(self) -> frozenset[UUID]:
        """The anchors that know it: it is told who they are."""
        return frozenset(match.anchor_id for match in self.introduced)


def with_match(firm: Firm, match: Match) -> Firm:
    """The firm with this match instead of the one of the same id."""
    return replace(firm, matches=(*(each for each in firm.matches if each.match_id != match.match_id), match))


def with_need(firm: Firm, need: Need) -> Firm:
    """The firm with this need instead of the one of the same id."""
    return replace(firm, needs=(*(each for each in firm.needs if each.need_id != need.need_id), need))


def with_consent(firm: Firm, consent: Consent) -> Firm:
    """The firm with this consent instead of the one of the same id."""
    return replace(firm, consents=(*(each for each in firm.consents if each.consent_id != consent.consent_id), consent))


def with_referral(firm: Firm, referral: Referral) -> Firm:
    """The firm with this referral instead of the one of the same id."""
    kept = (each for each in firm.referrals if each.referral_id != referral.referral_id)
    return replace(firm, referrals=(*kept, referral))
