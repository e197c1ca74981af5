"""What the anchors whose requirements a firm's offering meets ask of it, question by question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.diagnosis.domain.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Ask:
    """One requirement's part of the demand."""

    anchor_id: UUID
    targets: Mapping[str, int]
    """Level asked by question; the instrument's default where it says nothing."""
    must_have: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """All aligned requirements together. A question that nobody names is asked at the instrument's default."""

    targets: Mapping[str, int] = field(default_factory=dict)
    must_have: tuple[str, ...] = ()
    anchors: Mapping[str, int] = field(default_factory=dict)
    """How many anchors name the question, as a target or as a must-have."""


def merge(instrument: Instrument, asks: Iterable[Ask]) -> Demand:
    """The highest level that any requirement asks, silence being the default: an anchor that says nothing still asks
    for the default, so another one's lower target does not lower it. Questions that the instrument lacks are left out.
    """
    known = tuple(asks)
    default = instrument.rules.default_target
    targets: dict[str, int] = {}
    anchors: dict[str, int] = {}
    must_have: list[str] = []
    for code in instrument.questions:
        naming = [ask for ask in known if code in ask.targets or code in ask.must_have]
        if naming:
            anchors[code] = len({ask.anchor_id for ask in naming})
        if any(code in ask.targets for ask in naming):
            targets[code] = max(ask.targets.get(code, default) for ask in known)
        if any(code in ask.must_have for ask in naming):
            must_have.append(code)
    return Demand(targets, tuple(must_have), anchors)
