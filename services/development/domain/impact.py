"""The program's effect over many firms: means and shares by group; none is shown behind which few firms stand."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Final, Literal
from uuid import UUID

from services.development.domain.candidate import Candidate
from services.development.domain.effect import Mark, Traits
from services.development.domain.plan import Plan
from services.development.domain.telling import WHOLE, Group, Place, Places, firms_of, told

Split = Literal["state", "size", "women_led"]
SPLITS: Final[tuple[Split, ...]] = ("state", "size", "women_led")
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class ImpactRules:
    version: str
    least_firms: int
    """Behind every figure that is told, and between any two groups that are."""
    later_days: int
    """After its plan ended, until a firm counts for T2."""


@dataclass(frozen=True, slots=True)
class Case:
    """One firm in one cohort."""

    supplier_id: UUID
    cohort_id: UUID
    traits: Traits | None
    plan: Plan
    before: Mark
    after: Mark | None
    """None: its plan is under way."""
    diagnosis: Mapping[str, int] | None
    """Shares as of now, of a firm that counts for T2; with `overall`."""
    awarded: Mapping[str, bool]
    """By point that has come."""
    exports: Mapping[str, bool]
    retained: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean, a share or a cost per level; None: too few firms stand behind it, or nobody knows."""

    value: Decimal | None
    firms: int | None


Part = tuple[Decimal, Decimal]
"""What a firm adds above and below the line."""
Metric = Callable[[Case], Part | None]


def cases_of(firm: Candidate, rules: ImpactRules, now: datetime) -> Iterable[Case]:
    """Each place that the firm had since this is kept."""
    plans = [(past.cohort_id, past.plan) for past in firm.past_plans]
    if firm.plan is not None and firm.cohort_id is not None:
        plans.append((firm.cohort_id, firm.plan))
    for cohort_id, plan in plans:
        before = firm.effect.mark(cohort_id, "T0")
        if before is not None:
            yield _case(firm, cohort_id, plan, before, rules, now)


def _case(firm: Candidate, cohort_id: UUID, plan: Plan, before: Mark, rules: ImpactRules, now: datetime) -> Case:
    effect, after = firm.effect, firm.effect.mark(cohort_id, "T1")
    due = after is not None and after.at + timedelta(days=rules.later_days) <= now
    awarded, exports, retained = {"T0": effect.awarded(before.at)}, {"T0": before.exports}, {}
    if after is not None:
        awarded["T1"], exports["T1"], retained["T1"] = effect.awarded(after.at), after.exports, after.retained
    if due:
        awarded["T2"], retained["T2"] = effect.awarded(now), not firm.withdrawn
        exports["T2"] = None if effect.traits is None else effect.traits.exports
    known = firm.diagnosis if due else None
    shares = None if known is None else {**known.dimensions, "overall": known.overall}
    stated = {point: each for point, each in exports.items() if each is not None}
    return Case(firm.id, cohort_id, effect.traits, plan, before, after, shares, awarded, stated, retained)


def group_of(case: Case, split: Split) -> str:
    if case.traits is None:
        return UNKNOWN
    value = getattr(case.traits, split)
    return UNKNOWN if value is None else {True: "yes", False: "no"}.get(value, str(value))


def share_before(name: str) -> Metric:
    """Of firms of which both points are known: a mean of others says nothing about a change."""

    def of(case: Case) -> Part | None:
        before, after = _share(case.before, name), _share(case.after, name)
        return None if before is None or after is None else (Decimal(before), Decimal(1))

    return of


def share_after(name: str) -> Metric:
    def of(case: Case) -> Part | None:
        before, after = _share(case.before, name), _share(case.after, name)
        return None if before is None or after is None else (Decimal(after), Decimal(1))

    return of


def share_later(name: str) -> Metric:
    def of(case: Case) -> Part | None:
        later = None if case.diagnosis is None else case.diagnosis.get(name)
        return None if later is None else (Decimal(later), Decimal(1))

    return of


def _share(mark: Mark | None, name: str) -> int | None:
    if mark is None:
        return None
    return mark.overall if name == "overall" else mark.dimensions.get(name)


def levels_gained(case: Case) -> Part | None:
    """Of the plan's questions, from T0 to T1, net."""
    gained = _gained(case)
    return None if gained is None else (Decimal(gained), Decimal(1))


def cost_per_level(bound: Literal["from", "to"]) -> Metric:
    """What was done cost, by the catalogue, per level gained; of firms that gained none too."""

    def of(case: Case) -> Part | None:
        gained = _gained(case)
        if gained is None:
            return None
        done = [each for each in case.plan.activities if each.completion is not None]
        cost = sum((each.cost_from if bound == "from" else each.cost_to for each in done), Decimal(0))
        return cost, Decimal(gained)

    return of


def _gained(case: Case) -> int | None:
    if case.after is None or not case.before.levels or not case.after.levels:
        return None
    before, after = case.before.levels, case.after.levels
    return sum(after[code] - before[code] for code in case.plan.questions if code in before and code in after)


def yes(which: Literal["awarded", "exports", "retained"], point: str) -> Metric:
    """The share of firms, in basis points."""

    def of(case: Case) -> Part | None:
        said: bool | None = getattr(case, which).get(point)
        return None if said is None else (Decimal(10_000 if said else 0), Decimal(1))

    return of


METRICS: Final[Mapping[str, Metric]] = {
    "before": share_before("overall"),
    "after": share_after("overall"),
    "later": share_later("overall"),
    "levels": levels_gained,
    "cost_from": cost_per_level("from"),
    "cost_to": cost_per_level("to"),
    **{f"{which}_{point}": yes(which, point) for which in ("awarded", "exports") for point in ("T0", "T1", "T2")},
    **{f"retained_{point}": yes("retained", point) for point in ("T1", "T2")},
}
"""Of each group."""


def figures(cases: Sequence[Case], metrics: Mapping[str, Metric], rules: ImpactRules) -> dict[str, dict[Group, Figure]]:
    """By metric and group, but for groups that may not be told: of those that have the metric, each by itself."""
    judged: dict[Places, frozenset[Group]] = {}
    found: dict[str, dict[Group, Figure]] = {}
    for name, metric in metrics.items():
        parts: dict[Group, dict[Place, Part]] = defaultdict(dict)
        for case in cases:
            part = metric(case)
            if part is not None:
                for group in _groups(case):
                    parts[group][case.supplier_id, case.cohort_id] = part
        places = {group: frozenset(given) for group, given in parts.items()}
        counted = places.get(WHOLE, frozenset())
        if counted not in judged:
            judged[counted] = told(places, rules.least_firms)
        found[name] = {group: _figure(given) for group, given in parts.items() if group in judged[counted]}
    return found


def _groups(case: Case) -> tuple[Group, ...]:
    """Cohorts are among them: a report of one is held against that of all."""
    return (WHOLE, cohort_group(case.cohort_id), *((split, group_of(case, split)) for split in SPLITS))


def cohort_group(cohort_id: UUID) -> Group:
    return "cohort", str(cohort_id)


def _figure(given: Mapping[Place, Part]) -> Figure:
    above, below = (sum((part[side] for part in given.values()), Decimal(0)) for side in (0, 1))
    return Figure(above / below if below > 0 else None, firms_of(given))


def days_to_close(cases: Sequence[Case], rules: ImpactRules) -> dict[str, tuple[int, int]]:
    """By module, the median of days from its agreement until all its gaps were closed, and of how many firms."""
    days: dict[str, dict[Place, int]] = defaultdict(dict)
    for case in cases:
        for each in case.plan.activities:
            if each.begun_at is not None and each.closed_at is not None:
                days[each.module][case.supplier_id, case.cohort_id] = (each.closed_at - each.begun_at).days
    return {
        module: (round(median(lasted.values())), firms_of(lasted))
        for module, lasted in sorted(days.items())
        if firms_of(lasted) >= rules.least_firms
    }
