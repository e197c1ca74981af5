"""Scores a set of levels as the stage does and says how, without a store: `explain_diagnosis({"levels": {...}})`."""

from collections.abc import Mapping
from typing import Any, Final

from services.diagnosis import catalogue
from services.diagnosis.domain.answers import is_level, levels_fault, listed
from services.diagnosis.domain.demand import Demand
from services.diagnosis.domain.gaps import Gap, find_gaps
from services.diagnosis.domain.instrument import Instrument
from services.diagnosis.domain.scoring import Downgrade, Score, basis_points, score, shown
from shared.i18n import Catalogue

FIELDS: Final = ("levels", "targets", "must_have")

_SENTENCES: Final = {
    "dimension_below_c_floor": "below {c} % when rounded",
    "critical_question_at_0": "critical at level 0",
    "dimension_below_b_floor": "below {b} % when rounded",
    "critical_question_at_1": "critical at level 1",
    "question_at_0": "at level 0",
}


def explain_diagnosis(payload: dict[str, Any]) -> dict[str, Any]:
    """Grade, shares and gaps of `levels` (all questions, null for not evaluated), measured against the optional
    `targets` (level asked by question) and `must_have` (questions).

    Raises ValueError with one sentence when the payload cannot be scored.
    """
    instrument = catalogue.instruments().current
    unknown = [str(name) for name in payload if name not in FIELDS]
    if unknown:
        raise ValueError(f"Unknown field {listed(unknown)}: give {', '.join(FIELDS)}.")
    levels = _levels(instrument, payload.get("levels"))
    demand = _demand(instrument, payload)
    scored = score(instrument, levels)
    gaps = find_gaps(instrument, levels, demand)
    return {
        "dimensions": {code: shown(basis_points(share)) for code, share in scored.dimensions.items()},
        "overall": shown(basis_points(scored.overall)),
        "grade": scored.grade,
        "band": scored.band,
        "reasons": [downgrade.reason for downgrade in scored.downgrades],
        "gaps": [_gap(gap) for gap in gaps],
        "instrument": instrument.version,
        "steps": [*_score_steps(instrument, levels, scored), *_gap_steps(instrument, gaps)],
        "source": instrument.source,
    }


def _levels(instrument: Instrument, given: object) -> Mapping[str, int | None]:
    levels = _by_question("levels", given)
    refusal = levels_fault(instrument, levels)
    if refusal is not None:
        raise ValueError(Catalogue("services.diagnosis").text(refusal.reason, "en", **refusal.params))
    return levels


def _demand(instrument: Instrument, payload: Mapping[str, Any]) -> Demand:
    targets = _by_question("targets", payload.get("targets", {}))
    must_have = payload.get("must_have", [])
    if not isinstance(must_have, list | tuple) or not all(isinstance(code, str) for code in must_have):
        raise ValueError("Give must_have as a list of question codes.")
    unknown = {*targets, *must_have} - instrument.questions.keys()
    if unknown:
        raise ValueError(f"The instrument has no question {listed(unknown)}.")
    outside = [code for code, target in targets.items() if not is_level(target)]
    if outside:
        raise ValueError(f"Give {listed(outside)} a target from 0 to 4.")
    return Demand(targets, tuple(must_have))


def _by_question(name: str, given: object) -> dict[str, Any]:
    if not isinstance(given, dict) or not all(isinstance(code, str) for code in given):
        raise ValueError(f"Give {name} as an object from question code to level.")
    return given


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "question": gap.question,
        "gap": gap.gap,
        "severity": gap.severity,
        "level": gap.level,
        "target": gap.target,
    }


def _score_steps(instrument: Instrument, levels: Mapping[str, int | None], scored: Score) -> list[str]:
    rules = instrument.rules
    points = " ".join(f"{level}→{points}" for level, points in enumerate(rules.points))
    skipped = [code for code, level in levels.items() if level is None]
    shares = " + ".join(
        f"{instrument.dimensions[code].weight}·{shown(basis_points(share))}"
        for code, share in scored.dimensions.items()
    )
    weights = sum(instrument.dimensions[code].weight for code in scored.dimensions)
    steps = [
        f"Points by level: {points}; a dimension is its weighted points over the most it could have.",
        f"Overall = ({shares}) / {weights} = {shown(basis_points(scored.overall))} %.",
        f"By share alone (A from {rules.grade_a} %, B from {rules.grade_b} %): {scored.by_share}.",
        *(_downgrade_step(instrument, downgrade) for downgrade in scored.downgrades),
        f"Grade {scored.grade}, band {scored.band}.",
    ]
    return [f"Left out as not evaluated: {listed(skipped)}.", *steps] if skipped else steps


def _downgrade_step(instrument: Instrument, downgrade: Downgrade) -> str:
    sentence = _SENTENCES[downgrade.reason].format(
        b=instrument.rules.dimension_floor_b, c=instrument.rules.dimension_floor_c
    )
    return f"{listed(downgrade.because_of)} {sentence}: no better than {downgrade.to} ({downgrade.reason})."


def _gap_steps(instrument: Instrument, gaps: tuple[Gap, ...]) -> list[str]:
    default = instrument.rules.default_target
    if not gaps:
        return [f"No gap: every evaluated question reaches its target, {default} where none is given."]
    counts = ", ".join(
        f"{sum(gap.severity == severity for gap in gaps)} {severity}" for severity in ("critical", "major", "minor")
    )
    return [f"Gap = target − level, target {default} where none is given: {counts}; by severity, gap·weight, code."]
