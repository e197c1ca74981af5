"""Scores a set of levels as the stage does and says how, without a store: `explain_diagnosis({"levels": {...}})`."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from services.diagnosis import catalogue
from services.diagnosis.domain.answers import is_level, levels_fault, listed
from services.diagnosis.domain.applicability import Offering
from services.diagnosis.domain.demand import Demand
from services.diagnosis.domain.gaps import Gap, find_gaps
from services.diagnosis.domain.instrument import Instrument
from services.diagnosis.domain.scoring import Downgrade, Score, dimension_points, overall_points, score, shown
from shared.i18n import NotExplainedError, each_of, said

FIELDS: Final = ("levels", "targets", "must_have", "offering")


def explain_diagnosis(payload: dict[str, Any]) -> dict[str, Any]:
    """Grade, shares and gaps of `levels` (all questions, null for not evaluated), measured against the optional
    `targets` (level asked by question) and `must_have` (questions). `offering` is what the firm makes, as `areas` and
    `special_processes`: what is not about it may be left out.

    Raises NotExplainedError when the payload cannot be scored.
    """
    instruments = catalogue.instruments()
    instrument = instruments.current
    unknown = [str(name) for name in payload if name not in FIELDS]
    if unknown:
        raise NotExplainedError("explain.field_unknown", fields=listed(unknown), known=", ".join(FIELDS))
    left_out = instruments.not_applicable(instrument.version, _offering(payload.get("offering")))
    levels, demand = each_of(
        payload,
        lambda given: _levels(instrument, given.get("levels"), left_out),
        lambda given: _demand(instrument, given),
    )
    scored = score(instrument, levels)
    gaps = find_gaps(instrument, levels, demand, left_out)
    return {
        "dimensions": {
            code: shown(dimension_points(instrument.rules, share)) for code, share in scored.dimensions.items()
        },
        "overall": shown(overall_points(instrument.rules, scored.overall)),
        "grade": scored.grade,
        "band": scored.band,
        "reasons": [downgrade.reason for downgrade in scored.downgrades],
        "gaps": [_gap(gap) for gap in gaps],
        "instrument": instrument.version,
        "steps": [*_score_steps(instrument, levels, scored), *_gap_steps(instrument, gaps)],
        "source": instrument.source,
    }


def _offering(given: object) -> Offering | None:
    if given is None:
        return None
    parts = given if isinstance(given, dict) else {}
    areas: Any = parts.get("areas")
    special: Any = parts.get("special_processes", [])
    if not all(isinstance(part, list) and all(isinstance(one, str) for one in part) for part in (areas, special)):
        raise NotExplainedError("explain.offering")
    return Offering(tuple(areas), tuple(special))


def _levels(instrument: Instrument, given: object, left_out: tuple[str, ...]) -> Mapping[str, int | None]:
    levels = {**dict.fromkeys(left_out), **_by_question("levels", given)}
    refusal = levels_fault(instrument, levels, left_out)
    if refusal is not None:
        raise NotExplainedError(refusal.reason, **refusal.params)
    return levels


def _demand(instrument: Instrument, payload: Mapping[str, Any]) -> Demand:
    targets = _by_question("targets", payload.get("targets", {}))
    must_have = payload.get("must_have", [])
    if not isinstance(must_have, list | tuple) or not all(isinstance(code, str) for code in must_have):
        raise NotExplainedError("explain.must_have")
    unknown = {*targets, *must_have} - instrument.questions.keys()
    if unknown:
        raise NotExplainedError("unknown_question", questions=listed(unknown))
    outside = [code for code, target in targets.items() if not is_level(target)]
    if outside:
        raise NotExplainedError("explain.target", questions=listed(outside))
    return Demand(targets, tuple(must_have))


def _by_question(name: str, given: object) -> dict[str, Any]:
    if not isinstance(given, dict) or not all(isinstance(code, str) for code in given):
        raise NotExplainedError("explain.levels", name=name)
    return given


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "question": gap.question,
        "gap": gap.gap,
        "severity": gap.severity,
        "level": gap.level,
        "target": gap.target,
    } | ({} if gap.evaluated else {"evaluated": False})


def _score_steps(instrument: Instrument, levels: Mapping[str, int | None], scored: Score) -> list[dict[str, Any]]:
    rules = instrument.rules
    points = " ".join(f"{level}→{points}" for level, points in enumerate(rules.points))
    skipped = [code for code, level in levels.items() if level is None]
    shares = " + ".join(
        f"{instrument.dimensions[code].weight}·{shown(dimension_points(rules, share))}"
        for code, share in scored.dimensions.items()
    )
    weights = sum(instrument.dimensions[code].weight for code in scored.dimensions)
    overall = shown(overall_points(instrument.rules, scored.overall))
    steps = [
        said("explain.points", points=points),
        said("explain.overall", shares=shares, weights=weights, result=overall),
        said("explain.by_share", a=rules.grade_a, b=rules.grade_b, result=scored.by_share),
        *(step for downgrade in scored.downgrades for step in _downgrade_steps(downgrade)),
        said("explain.grade", grade=scored.grade, band=scored.band),
    ]
    return [said("explain.left_out", questions=listed(skipped)), *steps] if skipped else steps


def _downgrade_steps(downgrade: Downgrade) -> tuple[dict[str, Any], ...]:
    because = listed(downgrade.because_of)
    return said(downgrade.reason), said("explain.downgrade", because=because, grade=downgrade.to)


def _gap_steps(instrument: Instrument, gaps: tuple[Gap, ...]) -> list[dict[str, Any]]:
    default = instrument.rules.default_target
    if not gaps:
        return [said("explain.no_gap", target=default)]
    counts = Counter(gap.severity for gap in gaps)
    return [
        said(
            "explain.gaps",
            target=default,
            critical=counts["critical"],
            major=counts["major"],
            minor=counts["minor"],
        )
    ]
