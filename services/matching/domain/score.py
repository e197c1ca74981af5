"""The score: integer basis points that explain themselves.

What was not asked gives all its points. What the firm did not state gives none, and says so apart from what fails. In
every criterion `ok` means all points, `partial` some, `fails` and `unknown` none.
"""

from dataclasses import dataclass
from datetime import date

from services.matching.domain import text
from services.matching.domain.gates import fits
from services.matching.domain.offering import LADDER, Kpis, ProcessOffer, Profile
from services.matching.domain.reasons import CriterionName, CriterionReason, Status
from services.matching.domain.requirement import Specification
from services.matching.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion with its reason."""

    criterion: CriterionName
    points: int
    max: int
    status: Status
    need: str
    offer: str
    reason: CriterionReason
    measured: bool = False
    """Whether the offer is what anchors measured; else it is what the firm states."""


@dataclass(frozen=True, slots=True)
class Score:
    """All criteria of one process against one requirement."""

    criteria: tuple[Criterion, ...]

    @property
    def points(self) -> int:
        return sum(criterion.points for criterion in self.criteria)


def score(profile: Profile, offer: ProcessOffer, need: Specification, rules: Rules, today: date) -> Score:
    """Judge what one process offers against one specification. It reads no gate: a barred offering has criteria too."""
    weights = rules.weights
    return Score(
        (
            _capacity(weights.capacity, offer.free_capacity, need.annual_volume),
            _envelope_force(weights.envelope_force, offer, need),
            _tolerance(weights.tolerance, offer.tolerance_um, need.tolerance_um),
            _qms(weights.qms, profile, need, rules.certificate_months, today),
            _lead_time(weights.lead_time, offer.lead_time_days, need.lead_time_days),
            _location(weights.location, profile.state, need.plant_state, rules),
            _quality_kpis(weights.ppm, weights.otif, profile.kpis(today, rules.measured_months), need),
            _origin(weights.origin, profile.regional_value_bp, need.regional_value_bp_min),
        )
    )


def _all(criterion: CriterionName, full: int, need: str, offer: str) -> Criterion:
    return Criterion(criterion, full, full, "ok", need, offer, "met")


def _not_asked(criterion: CriterionName, full: int, offer: str) -> Criterion:
    return Criterion(criterion, full, full, "ok", "", offer, "not_asked")


def _not_stated(criterion: CriterionName, full: int, need: str) -> Criterion:
    return Criterion(criterion, 0, full, "unknown", need, "", "not_stated")


def _fails(criterion: CriterionName, full: int, need: str, offer: str, reason: CriterionReason) -> Criterion:
    return Criterion(criterion, 0, full, "fails", need, offer, reason)


def _part(
    criterion: CriterionName, points: int, full: int, need: str, offer: str, reason: CriterionReason
) -> Criterion:
    """Some of the points; a part that rounds down to nothing fails."""
    return Criterion(criterion, points, full, "partial" if points else "fails", need, offer, reason)


def _capacity(full: int, free: int | None, volume: int) -> Criterion:
    """Free pieces per year against the annual volume: `floor(full * free / volume)` when less is free."""
    need, offer = text.number(volume), text.number(free)
    if free is None:
        return _not_stated("capacity", full, need)
    if free >= volume:
        return _all("capacity", full, need, offer)
    reason: CriterionReason = "capacity_short" if free else "no_free_capacity"
    return _part("capacity", full * free // volume, full, need, offer, reason)


def _envelope_force(full: int, offer: ProcessOffer, need: Specification) -> Criterion:
    """All or nothing: the part fits into the machine and the machine is strong enough. When one of the two is asked
    and not stated, the answer is not known.
    """
    needed = _joined(text.sides(need.envelope_mm), text.number(need.force_t, "t"))
    offered = _joined(text.sides(offer.envelope_mm), text.number(offer.force_t, "t"))
    if need.envelope_mm is None and need.force_t is None:
        return _not_asked("envelope_force", full, offered)
    if need.envelope_mm and offer.envelope_mm and not fits(need.envelope_mm, offer.envelope_mm):
        return _fails("envelope_force", full, needed, offered, "part_too_large")
    if need.force_t is not None and offer.force_t is not None and offer.force_t < need.force_t:
        return _fails("envelope_force", full, needed, offered, "force_too_low")
    if (need.envelope_mm and not offer.envelope_mm) or (need.force_t is not None and offer.force_t is None):
        return Criterion("envelope_force", 0, full, "unknown", needed, offered, "not_stated")
    return _all("envelope_force", full, needed, offered)


def _tolerance(full: int, held: int | None, asked: int | None) -> Criterion:
    """The closest tolerance held must be at most the one asked; a wider one makes scrap, so no part of the points."""
    return _at_most("tolerance", full, held, asked, "µm", "tolerance_too_wide")


def _lead_time(full: int, offered: int | None, asked: int | None) -> Criterion:
    """Days to the first series delivery, at most those asked."""
    return _at_most("lead_time", full, offered, asked, "d", "lead_time_too_long")


def _qms(full: int, profile: Profile, need: Specification, months: int, today: date) -> Criterion:
    """Rungs of the ladder (documented 1, ISO 9001 2, IATF 16949 3): `floor(full * held / asked)` below the asked one.
    A certificate that counts no more is `documented`.
    """
    held = profile.qms_held(today, months)
    if need.qms == "none":
        return _not_asked("qms", full, held)
    if LADDER[held] >= LADDER[need.qms]:
        return _all("qms", full, need.qms, held)
    reason: CriterionReason = profile.qms_lapsed(today, months) or "qms_below_ladder"
    return _part("qms", full * LADDER[held] // LADDER[need.qms], full, need.qms, held, reason)


def _location(full: int, state: str | None, plant: str | None, rules: Rules) -> Criterion:
    """All points in the state of the plant, half (rounded down) in a state that borders on it, else none."""
    if plant is None:
        return _not_asked("location", full, state or "")
    if state is None:
        return _not_stated("location", full, plant)
    if state == plant:
        return _all("location", full, plant, state)
    if state in rules.neighbours.get(plant, frozenset()):
        return _part("location", full // 2, full, plant, state, "neighbouring_state")
    return _fails("location", full, plant, state, "another_region")


def _origin(full: int, regional_value: int | None, asked: int | None) -> Criterion:
    """Regional value content (T-MEC, net cost) of the main part number, at least what is asked: origin is a threshold
    of law, so below it there is no part of the points.
    """
    return _at_least("origin", full, regional_value, asked, "regional_value_too_low")


def _quality_kpis(ppm_full: int, otif_full: int, kpis: Kpis, need: Specification) -> Criterion:
    """Two halves of the last 12 months, each all or nothing: parts per million delivered defective, at most what is
    asked, and deliveries on time in full, at least what is asked.
    """
    ppm = _at_most("quality_kpis", ppm_full, kpis.ppm, need.ppm_max, "ppm", "ppm_too_high")
    otif = _at_least("quality_kpis", otif_full, kpis.otif_bp, need.otif_bp_min, "otif_too_low")
    points, full = ppm.points + otif.points, ppm.max + otif.max
    status: Status = "ok" if points == full else "partial"
    if not points:
        status = "fails" if "fails" in (ppm.status, otif.status) else "unknown"
    return Criterion(
        "quality_kpis",
        points,
        full,
        status,
        _joined(ppm.need, otif.need),
        _joined(ppm.offer, otif.offer),
        _kpi_reason(ppm, otif),
        kpis.measured,
    )


def _kpi_reason(ppm: Criterion, otif: Criterion) -> CriterionReason:
    """The reason of the half that is short; a half that fails outweighs one that is not stated."""
    if ppm.status == otif.status:
        if ppm.status == "fails":
            return "ppm_and_otif_short"
        return ppm.reason if ppm.reason == otif.reason else "met"
    if "fails" in (ppm.status, otif.status):
        return ppm.reason if ppm.status == "fails" else otif.reason
    return "ppm_not_stated" if ppm.status == "unknown" else "otif_not_stated"


def _at_most(
    criterion: CriterionName, full: int, offered: int | None, asked: int | None, unit: str, reason: CriterionReason
) -> Criterion:
    need, offer = text.number(asked, unit), text.number(offered, unit)
    if asked is None:
        return _not_asked(criterion, full, offer)
    if offered is None:
        return _not_stated(criterion, full, need)
    return _all(criterion, full, need, offer) if offered <= asked else _fails(criterion, full, need, offer, reason)


def _at_least(
    criterion: CriterionName, full: int, offered: int | None, asked: int | None, reason: CriterionReason
) -> Criterion:
    need, offer = text.share(asked), text.share(offered)
    if asked is None:
        return _not_asked(criterion, full, offer)
    if offered is None:
        return _not_stated(criterion, full, need)
    return _all(criterion, full, need, offer) if offered >= asked else _fails(criterion, full, need, offer, reason)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
