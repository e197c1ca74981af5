"""Explain one match without a store: what would be decided for this offering and this requirement, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from services.matching import catalogue
from services.matching.domain import text
from services.matching.domain.alignment import judge
from services.matching.domain.gate import Gate
from services.matching.domain.gates import firm_gates
from services.matching.domain.lifting import Lift, lifts
from services.matching.domain.offering import Profile, Qms
from services.matching.domain.performance import Measured, Worst
from services.matching.domain.reasons import Waivable
from services.matching.domain.requirement import Specification
from services.matching.domain.rules import Rules
from services.matching.domain.score import Criterion, score
from services.matching.handlers import published
from shared.contracts import matching, registration
from shared.contracts import offering as offers
from shared.contracts.event import BasisPoints, Count, Day, StateCode, Text
from shared.contracts.performance import Month, Ppm
from shared.days import day_of
from shared.i18n import NotExplainedError, said, together
from shared.i18n.fields import fault
from shared.runtime.clock import now
from shared.states import NAMES

_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


class ExplainedWorst(BaseModel):
    """The worst months of what anchors measured."""

    model_config = ConfigDict(extra="ignore")

    ppm: Ppm
    ppm_in: Month
    otif_bp: BasisPoints
    otif_in: Month


class ExplainedMeasured(BaseModel):
    """What anchors measured of a firm's deliveries."""

    model_config = ConfigDict(extra="ignore")

    ppm: Ppm
    otif_bp: BasisPoints
    anchors: Count
    months: Count
    until: Day
    worst: ExplainedWorst | None = None

    @property
    def measured(self) -> Measured:
        worst = self.worst and Worst(**dict(self.worst))
        return Measured(**dict(self) | {"worst": worst})


class ExplainedOffering(offers.Offering):
    """An offering, with what the rules need of its firm."""

    state: StateCode | None = None
    list_69b: registration.ListState = "not_listed"
    looked_up: bool = True
    """Whether it was looked up in a list at all."""
    withdrawn: bool = False
    registered_at: datetime = _LONG_AGO
    qms_stated_on: Day | None = None
    """Since when the firm states its certificate; the day itself where it is left out."""
    measured: ExplainedMeasured | None = None
    """What anchors measured."""
    plants: tuple[registration.Plant, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any) -> Any:  # noqa: ANN401 - whatever a caller sends
        """One process may be written flat, its fields beside those of the firm."""
        if not isinstance(given, dict) or "processes" in given:
            return given
        process = {name: given[name] for name in offers.ProcessOffer.model_fields if name in given}
        return given | {"processes": [process]}


class ExplainedRequirement(matching.Specification):
    """A specification that may leave out what no rule reads."""

    title: Text = ""
    plant_state: StateCode | None = None  # type: ignore[assignment]  # wider than the contract, which asks for it
    open_until: date = date.max


class Explained(BaseModel):
    """What is to be explained, on which day; today when none is given."""

    model_config = ConfigDict(extra="ignore")

    offering: ExplainedOffering
    requirement: ExplainedRequirement
    on: Day | None = None
    rules: str | None = None
    """Version of the rules; those in force when none is given."""
    waived: tuple[Waivable, ...] = ()
    """Gates that the anchor waives for the firm."""
    told: int | None = None
    """The score that was told then, to be compared."""


def explain_match(payload: dict[str, Any]) -> dict[str, Any]:
    """The gates and the score of `{"offering": …, "requirement": …, "on": …}`, each with its reason.

    `offering` has the shape of the contracts' `Offering`, with `state`, `list_69b`, `looked_up`, `measured` and
    `plants` beside it, or is one process written flat; `requirement` has the shape of `Specification`. The score is 0
    when a gate is not met; the criteria are listed all the same. `lifts`: what single changes would give, each judged
    as if it were so, the best first. A certificate without its last day is taken as stated on the day. `rules` names a
    version, and `told` the score that is to be compared, as of `GET /matches/{id}/judged`. Raises NotExplainedError
    with the field that is wrong.
    """
    given = _validated(payload)
    today = given.on or day_of(now())
    rules = _rules(given.rules)
    firm = given.offering
    profile = published.profile(firm, firm.state, firm.list_69b, firm.registered_at, looked_up=firm.looked_up)
    measured = firm.measured.measured if firm.measured else None
    record = published.record_of(firm, firm.plants)
    profile = replace(profile, qms_stated_on=firm.qms_stated_on or today, measured=measured, record=record)
    need = replace(Specification(**vars(given.requirement)), waived=given.waived)
    offers = [process for process in profile.processes if process.area == need.area]
    judged = judge(profile, offers, need, rules, today)
    gates = (*firm_gates(profile, withdrawn=firm.withdrawn), *judged.gates)
    scored = score(profile, judged.offer, need, rules, today)
    points = scored.points if all(gate.passed for gate in gates) else 0
    lifted = lifts(profile, need, rules, today, withdrawn=firm.withdrawn)
    return {
        "gates": [_gate(gate) for gate in gates],
        "score": points,
        "criteria": [_criterion(criterion) for criterion in scored.criteria],
        "lifts": [_lift(lift) for lift in lifted],
        "steps": [
            *_steps(gates, scored.criteria),
            *_deliveries(profile, rules, today),
            said("explain.score", result=points),
            *_compared(points, given.told, rules.version),
            *map(_lifting, lifted),
        ],
        "told": given.told,
        "rules": rules.version,
        "source": rules.source,
    }


def _rules(version: str | None) -> Rules:
    """The rules of a version, those in force when none is named."""
    known = catalogue.all_rules()
    if version is not None and version not in known:
        raise NotExplainedError("explain.rules", version=version, known=", ".join(sorted(known)))
    return catalogue.rules() if version is None else known[version]


def _compared(points: int, told: int | None, rules: str) -> Iterator[dict[str, Any]]:
    if told is not None:
        code = "explain.told.same" if points == told else "explain.told.other"
        yield said(code, told=told, rules=rules)


def _validated(payload: dict[str, Any]) -> Explained:
    try:
        return Explained.model_validate(payload)
    except ValidationError as error:
        raise together(
            NotExplainedError("explain.field", field=".".join(map(str, each["loc"])) or "payload", problem=fault(each))
            for each in error.errors(include_url=False, include_input=False)
        ) from None


def _steps(gates: Iterable[Gate], criteria: Iterable[Criterion]) -> Iterator[dict[str, Any]]:
    """Each gate and each criterion, with its reason after it."""
    for gate in gates:
        yield said(
            f"explain.gate.{gate.status}",
            gate=said(f"gate.{gate.gate}"),
            need=_value(gate.need),
            offer=_value(gate.offer),
        )
        yield said(gate.reason)
    for one in criteria:
        yield said(
            "explain.criterion",
            criterion=said(f"criterion.{one.criterion}"),
            points=one.points,
            most=one.max,
            need=_value(one.need, one.criterion),
            offer=_value(one.offer, one.criterion),
        )
        if one.reason:
            yield said(one.reason)


def _deliveries(profile: Profile, rules: Rules, today: date) -> Iterator[dict[str, Any]]:
    """What anchors measured beside what the firm states, and which of them counts."""
    measured = profile.measured
    if measured is None:
        return
    counts = profile.kpis(today, rules.measured_months).measured
    yield said(
        "explain.measured" if counts else "explain.measured.past",
        anchors=measured.anchors,
        months=measured.months,
        until=measured.until.isoformat(),
        ppm=measured.ppm,
        otif=text.share(measured.otif_bp),
        stated_ppm=text.number(profile.ppm_12m) or "—",
        stated_otif=text.share(profile.otif_bp_12m) or "—",
    )
    if worst := measured.worst:
        months = {"ppm_in": worst.ppm_in, "otif_in": worst.otif_in}
        yield said("explain.measured.worst", ppm=worst.ppm, otif=text.share(worst.otif_bp), **months)


def _lifting(lift: Lift) -> dict[str, Any]:
    change = lift.change
    return said(
        f"explain.lift.{change.kind}",
        attribute=said(f"lift.{change.attribute}"),
        to=_value(change.to),
        before=lift.before.points if lift.before else 0,
        after=lift.after.points,
    )


def _lift(lift: Lift) -> dict[str, Any]:
    change, before = lift.change, lift.before.points if lift.before else 0
    about = {"attribute": change.attribute, "kind": change.kind, "to": change.to}
    return about | {"opens": lift.opens, "before": before, "after": lift.after.points}


def _value(shown: str, of: str = "") -> object:
    """What is asked or offered, as a person reads it: a figure, a state by its name, a quality system in words."""
    if shown in get_args(Qms):
        return said(f"qms.{shown}")
    if of == "location":
        return NAMES.get(shown, shown or "—")
    return f"{int(shown):,}" if shown.isascii() and shown.isdigit() else shown or "—"


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "gate": gate.gate,
        "passed": gate.passed,
        "status": gate.status,
        "reason": gate.reason,
        "need": gate.need,
        "offer": gate.offer,
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "criterion": criterion.criterion,
        "points": criterion.points,
        "max": criterion.max,
        "status": criterion.status,
        "need": criterion.need,
        "offer": criterion.offer,
        "reason": criterion.reason,
        "measured": criterion.measured,
    }
