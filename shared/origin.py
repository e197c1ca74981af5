"""Whether the regional content of a family of parts is enough under the T-MEC, by thresholds that are data with days of
validity (appendix to Annex 4-B).

It informs: labour value and the steel of a vehicle bind its maker, and no gate asks for this.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

Judgement = Literal["met", "below", "expired", "no_rule"]
"""`expired`: its certification is over; `no_rule`: its list has no threshold of its own, or had none on that day."""


class Certified(Protocol):
    """Content as a firm certifies it, in basis points."""

    @property
    def vehicle(self) -> str: ...
    @property
    def list(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def rvc_bp(self) -> int: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Threshold:
    """What one list asks for, from a day to a day."""

    first: date
    last: date
    required_bp: Mapping[str, int]
    """By method."""


class Verdict(NamedTuple):
    judgement: Judgement
    required_bp: int | None
    rules: str
    """Version of the thresholds."""


def _threshold(row: Mapping[str, Any]) -> Threshold:
    last = date.max if row["to"] is None else date.fromisoformat(row["to"])
    return Threshold(
        date.fromisoformat(row["from"]), last, {method: row[method] for method in ("net_cost", "transaction_value")}
    )


_READ = json.loads(Path(__file__).with_name("origin_2020.json").read_text(encoding="utf-8"))
RULES: str = _READ["version"]
_THRESHOLDS: Mapping[tuple[str, str], tuple[Threshold, ...]] = {
    (row["vehicle"], row["list"]): tuple(
        _threshold(each)
        for each in _READ["thresholds"]
        if (each["vehicle"], each["list"]) == (row["vehicle"], row["list"])
    )
    for row in _READ["thresholds"]
}


def required(certified: Certified, on: date) -> int | None:
    """Basis points that its list asks for on a day, by its method; None where there is no rule."""
    steps = _THRESHOLDS.get((certified.vehicle, certified.list), ())
    in_force = next((step for step in steps if step.first <= on <= step.last), None)
    return None if in_force is None else in_force.required_bp.get(certified.method)


def judge(certified: Certified, on: date) -> Verdict:
    """How its content stands on a day."""
    asked = required(certified, on)
    if certified.valid_to is not None and certified.valid_to < on:
        return Verdict("expired", asked, RULES)
    if asked is None:
        return Verdict("no_rule", None, RULES)
    return Verdict("met" if certified.rvc_bp >= asked else "below", asked, RULES)
