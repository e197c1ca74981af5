"""Plans of given gaps, in their order, and their calendar, on given values: `explain_plan({"gaps": […], …})`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.development import catalogue
from services.development.domain.bankable import Bankable, is_bankable
from services.development.domain.calendar import Calendar, Capacity, Wanted, calendar
from services.development.domain.diagnosis import Diagnosis, Gap, Severity
from services.development.domain.module import ModuleKind, Modules
from services.development.domain.plan import Plan, propose
from services.development.explain.given import Code, Given, validated
from shared.contracts.times import Day
from shared.i18n import NotExplainedError, said

Level = Annotated[int, Field(ge=0, le=4)]
Hours = Annotated[int, Field(ge=0, le=10_000)]

SOURCE = "pdp: severity weight of newly covered gaps per hour, none before what it builds on; calendar by the week"
ALONE = "plan"
"""Of the one firm that has no id."""
NOBODY = UUID(int=0)


class GapGiven(Given):
    question: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$", max_length=3)]
    severity: Severity = "major"
    level: Level = 1
    target: Level = 3


class FinanceGiven(Given):
    """What was evaluated of a firm's finances; what is left out nobody evaluated."""

    share: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Of the finance dimension, in basis points."""
    tax_level: Level | None = None


class FirmGiven(Given):
    id: Code
    gaps: Annotated[list[GapGiven], Field(max_length=100)]
    finance: FinanceGiven = FinanceGiven()


class CalendarGiven(Given):
    starts_on: Day
    hours_per_week: Mapping[ModuleKind, Hours]
    """Of all who teach in this way."""
    firm_hours_per_week: Annotated[int, Field(ge=1, le=60)] = 16


class PlanGiven(Given):
    gaps: Annotated[list[GapGiven], Field(max_length=100)] | None = None
    """Of one firm."""
    finance: FinanceGiven = FinanceGiven()
    firms: Annotated[list[FirmGiven], Field(max_length=1_000)] = Field(default_factory=list)
    """Or of several, which are trained in groups."""
    calendar: CalendarGiven | None = None


def explain_plan(payload: dict[str, Any]) -> dict[str, Any]:
    """Which modules these gaps ask for, in which order and why, and in which weeks they are held by the hours given.

    Raises NotExplainedError where a field is wrong.
    """
    given, modules = validated(PlanGiven, payload, "explain.plan.field"), catalogue.modules()
    firms = _firms(given)
    plans = {firm.id: _plan(firm, modules) for firm in firms}
    planned = None if given.calendar is None else _calendar(plans, given.calendar, modules)
    steps = [step for firm in firms for step in _steps(firm, plans[firm.id], modules)]
    if planned is not None:
        steps += _calendar_steps(planned)
    return {
        "plans": {id_: _shown(plan) for id_, plan in plans.items()},
        "calendar": None if planned is None else _calendar_shown(planned),
        "modules": modules.version,
        "steps": steps,
        "source": SOURCE,
    }


def _firms(given: PlanGiven) -> list[FirmGiven]:
    alone = [] if given.gaps is None else [FirmGiven(id=ALONE, gaps=given.gaps, finance=given.finance)]
    firms = [*alone, *given.firms]
    if not firms:
        raise NotExplainedError("explain.plan.nothing")
    ids = [firm.id for firm in firms]
    if twice := next((id_ for id_ in ids if ids.count(id_) > 1), None):
        raise NotExplainedError("explain.plan.twice", id=twice)
    for firm in firms:
        questions = [gap.question for gap in firm.gaps]
        if again := next((code for code in questions if questions.count(code) > 1), None):
            raise NotExplainedError("explain.plan.gaps", id=again)
    return firms


def _plan(firm: FirmGiven, modules: Modules) -> Plan:
    gaps = [Gap(each.question, each.severity, each.level, each.target) for each in firm.gaps]
    return propose(NOBODY, gaps, modules, bankable=_is_bankable(firm, modules.bankable))


def _is_bankable(firm: FirmGiven, rule: Bankable | None) -> bool:
    if rule is None:
        return True
    share, level = firm.finance.share, firm.finance.tax_level
    dimensions = {} if share is None else {rule.dimension: share}
    levels = {} if level is None else {rule.tax_question: level}
    known = Diagnosis(NOBODY, 1, 0, "C", "C3", None, dimensions=dimensions, levels=levels)
    return is_bankable(known, rule)


def _calendar(plans: Mapping[str, Plan], given: CalendarGiven, modules: Modules) -> Calendar:
    wanted = {id_: [Wanted(each.module, each.hours) for each in plan.activities] for id_, plan in plans.items()}
    return calendar(wanted, modules, Capacity(given.hours_per_week, given.firm_hours_per_week), given.starts_on)


def _shown(plan: Plan) -> dict[str, Any]:
    return {
        "modules": [each.module for each in plan.activities],
        "activities": [
            {
                "module": each.module,
                "kind": each.kind,
                "hours": each.hours,
                "questions": list(each.questions),
                "cost_from_mxn": f"{each.cost_from:.2f}",
                "cost_to_mxn": f"{each.cost_to:.2f}",
            }
            for each in plan.activities
        ],
        "uncovered": list(plan.uncovered),
        "hours": plan.hours,
        "cost_from_mxn": f"{plan.cost_from:.2f}",
        "cost_to_mxn": f"{plan.cost_to:.2f}",
    }


def _calendar_shown(planned: Calendar) -> dict[str, Any]:
    return {
        "courses": [
            {
                "course": each.code,
                "module": each.module,
                "firms": list(each.firms),
                "sessions": [{"week": session.week.isoformat(), "hours": session.hours} for session in each.sessions],
            }
            for each in planned.courses
        ],
        "unplaced": [{"firm": firm, "module": module, "reason": why} for firm, module, why in planned.unplaced],
        "last_week": None if planned.ends is None else planned.ends.isoformat(),
    }


def _steps(firm: FirmGiven, plan: Plan, modules: Modules) -> Iterator[dict[str, Any]]:
    rule, had = modules.bankable, [each.module for each in plan.activities]
    for each in plan.activities:
        if each.questions:
            questions = ", ".join(each.questions)
            yield said("explain.plan.covers", firm=firm.id, module=each.module, questions=questions, hours=each.hours)
        if rule is not None and each.module == rule.module and not _is_bankable(firm, rule):
            yield said(
                "explain.plan.finance",
                firm=firm.id,
                module=each.module,
                dimension=rule.dimension,
                share=f"{rule.min_bp / 100:g}",
                question=rule.tax_question,
                level=rule.tax_level_min,
            )
        if before := _before(each.module, had, modules):
            yield said("explain.plan.after", firm=firm.id, module=each.module, before=", ".join(before))
    if plan.uncovered:
        yield said("explain.plan.uncovered", firm=firm.id, questions=", ".join(plan.uncovered))
    yield said(
        "explain.plan.sum",
        firm=firm.id,
        hours=plan.hours,
        cost_from=f"{plan.cost_from:,.2f}",
        cost_to=f"{plan.cost_to:,.2f}",
    )


def _before(module: str, had: Sequence[str], modules: Modules) -> list[str]:
    return [code for code in had if code in modules.before(module)]


def _calendar_steps(planned: Calendar) -> Iterator[dict[str, Any]]:
    for each in planned.courses:
        first, last = each.sessions[0].week, each.sessions[-1].week
        yield said(
            "explain.plan.course",
            course=each.code,
            firms=", ".join(each.firms),
            first=first.isoformat(),
            last=last.isoformat(),
            sessions=len(each.sessions),
        )
    for firm, module, why in planned.unplaced:
        yield said(f"explain.plan.{why}", firm=firm, module=module)
