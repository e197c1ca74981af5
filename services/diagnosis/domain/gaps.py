"""How far each question is from what is asked, and which gap comes first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from services.diagnosis.domain.demand import Demand
from services.diagnosis.domain.instrument import Instrument, Question, Rules

Severity = Literal["critical", "major", "minor"]
"""Critical blocks linkage and finance until it closes."""

_RANK = {severity: rank for rank, severity in enumerate(get_args(Severity))}


@dataclass(frozen=True, slots=True)
class Gap:
    question: str
    level: int
    target: int
    gap: int
    """Levels from here to the target: 1 to 4."""
    severity: Severity
    anchors_asking: int
    modules: tuple[str, ...]
    evaluated: bool = True
    """False: what must be known of the firm is not known, which counts as level 0."""


def find_gaps(
    instrument: Instrument, levels: Mapping[str, int | None], demand: Demand, not_applicable: Collection[str] = ()
) -> tuple[Gap, ...]:
    """Every gap, in order of priority: severity, then gap times weight times anchors asking, then the code.

    A question not evaluated has no gap, unless the law or an anchor's must-have asks it: unknown is not met. One that
    is not about the firm and has no level is none of both.
    """
    gaps = (
        _gap(question, levels[question.code], demand, instrument.rules)
        for question in instrument.questions.values()
        if levels[question.code] is not None or question.code not in not_applicable
    )
    return tuple(sorted((gap for gap in gaps if gap is not None), key=lambda gap: _priority(instrument, gap)))


def _gap(question: Question, level: int | None, demand: Demand, rules: Rules) -> Gap | None:
    must_have = question.code in demand.must_have
    target = max(demand.targets.get(question.code, rules.default_target), rules.legal_floor if question.legal else 0)
    if level is None:
        return _of_unknown(question, target, demand) if must_have or question.legal else None
    if target <= level:
        return None
    return Gap(
        question=question.code,
        level=level,
        target=target,
        gap=target - level,
        severity=_severity(rules, question, level, target - level, must_have=must_have),
        anchors_asking=demand.anchors.get(question.code, 0),
        modules=question.modules,
    )


def _of_unknown(question: Question, target: int, demand: Demand) -> Gap:
    asking, short = demand.anchors.get(question.code, 0), max(target, 1)
    return Gap(question.code, 0, short, short, "critical", asking, question.modules, evaluated=False)


def _severity(rules: Rules, question: Question, level: int, gap: int, *, must_have: bool) -> Severity:
    must = must_have or question.legal
    if (question.critical and level <= rules.critical_level) or (must and level <= rules.must_level):
        return "critical"
    return "major" if gap >= rules.major_gap or question.critical else "minor"


def _priority(instrument: Instrument, gap: Gap) -> tuple[int, int, str]:
    weight = instrument.questions[gap.question].weight
    return _RANK[gap.severity], -gap.gap * weight * max(1, gap.anchors_asking), gap.question
