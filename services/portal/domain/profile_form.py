"""The parts in which a firm's profile is asked for, one page each, and what a stage takes of what people typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from services.portal.domain.written import amount, share, whole

Kind = Literal["text", "email", "tel", "date", "number", "money", "share", "choice", "flag", "texts", "dated"]
"""`share`: percent, which stages take in basis points; `texts`: separated by commas; `dated`: a code, a day, a line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field. Its name is where a stage takes it."""

    name: str
    kind: Kind = "text"
    required: bool = False
    options: tuple[str, ...] = ()
    words: str = ""
    """Group of the options' words."""

    @property
    def longest(self) -> int:
        """Characters that may be typed: as many as registration takes, with room for how they are written."""
        return LONGEST.get(self.kind, 60)


LONGEST: Final[Mapping[Kind, int]] = {"text": 300, "email": 300, "texts": 1_300, "dated": 400}

PARTS: Final[dict[str, tuple[Asked, ...]]] = {
    "identity": (Asked("rfc", required=True), Asked("legal_name", required=True)),
    "contact": (
        Asked("contact.name", required=True),
        Asked("contact.email", "email", required=True),
        Asked("contact.phone", "tel"),
        Asked(
            "contact.role",
            "choice",
            options=("owner", "management", "sales", "quality", "engineering", "production", "other"),
            words="contact_role",
        ),
    ),
    "business": (
        Asked("sector", "choice", required=True, options=("industry", "trade", "services"), words="sector"),
        Asked("scian", required=True),
        Asked("state", "choice", required=True, words="state"),
        Asked("municipality"),
        Asked("operating_since", "date", required=True),
        Asked("exports", "flag"),
    ),
    "size": (
        Asked("workers", "number", required=True),
        Asked("annual_sales_mxn", "money", required=True),
        Asked(
            "tax_opinion",
            "choice",
            options=(
                "positive",
                "negative",
                "negative_with_plan",
                "in_suspension",
                "registered_without_obligations",
                "unknown",
            ),
            words="tax_opinion",
        ),
    ),
    "quality": (
        Asked("offering.qms", "choice", options=("none", "documented", "iso_9001", "iatf_16949"), words="qms"),
        Asked("offering.qms_valid_to", "date"),
        Asked(
            "offering.experience",
            "choice",
            options=("none", "aftermarket", "tier_3", "tier_2", "tier_1"),
            words="experience",
        ),
        Asked("offering.ppm_12m", "number"),
        Asked("offering.otif_bp_12m", "share"),
        Asked("offering.regional_value_bp", "share"),
    ),
}

PROCESS: Final[tuple[Asked, ...]] = (
    Asked("area", "choice", required=True, words="area"),
    Asked("materials", "texts"),
    Asked("force_t", "number"),
    Asked("envelope_mm.0", "number"),
    Asked("envelope_mm.1", "number"),
    Asked("envelope_mm.2", "number"),
    Asked("tolerance_um", "number"),
    Asked("installed_capacity", "number"),
    Asked("free_capacity", "number"),
    Asked("lead_time_days", "number"),
    Asked("special_processes", "dated"),
)
"""What is asked of each thing that the firm can make."""

PROCESSES: Final = "processes"
"""The part of these; it comes last."""
ORDER: Final = (*PARTS, PROCESSES)
MOST_PROCESSES = 35
"""One for each procurement area."""

_IN_PERCENT = Decimal(100)
_PROCESS_FAULT = re.compile(r"processes\.([0-9]+)(?:\.(.*))?")


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed so far, field by field, and of each thing that the firm can make."""

    fields: Mapping[str, str] = field(default_factory=dict)
    processes: tuple[Mapping[str, str], ...] = ()

    def begun(self, part: str) -> bool:
        """Whether anything of this part was typed."""
        if part == PROCESSES:
            return bool(self.processes)
        return any(self.fields.get(each.name) for each in PARTS[part])

    def lacks(self, part: str) -> tuple[str, ...]:
        """What has to be typed still."""
        if part == PROCESSES:
            return () if self.processes else ("area",)
        return tuple(each.name for each in PARTS[part] if each.required and not self.fields.get(each.name))


def body_of(typed: Typed) -> dict[str, Any]:
    """As registration takes it. What is not written as its kind goes as it is: the stage words best what is wrong."""
    found: dict[str, Any] = {}
    for each in (asked for part in PARTS.values() for asked in part):
        _put(found, each, typed.fields.get(each.name, "").strip())
    found.setdefault("offering", {})[PROCESSES] = [_process(each) for each in typed.processes]
    return found


def unreadable(fields: Mapping[str, str]) -> dict[str, str]:
    """Of these fields those that are written as nothing that a stage could word, and the code of what is expected: it
    takes shares in another unit.
    """
    shares = (each for part in PARTS.values() for each in part if each.kind == "share")
    given = ((each.name, fields.get(each.name, "").strip()) for each in shares)
    return {name: "form.percent" for name, text in given if text and share(text) is None}


def typed_of(shown: Mapping[str, Any]) -> Typed:
    """What registration shows of a firm, as its people would type it."""
    fields = {each.name: _text(each, _at(shown, each.name)) for part in PARTS.values() for each in part}
    processes = tuple(
        {each.name: _text(each, _at(process, each.name)) for each in PROCESS}
        for process in shown["offering"][PROCESSES]
    )
    return Typed(fields, processes)


def place_of(fault: str) -> tuple[str, int | None, str]:
    """Where a stage's fault is asked for: the part, which of the firm's processes, and the field there."""
    named = fault.removeprefix("body.").removeprefix("offering.")
    process = _PROCESS_FAULT.fullmatch(named)
    if process is not None:
        return PROCESSES, int(process[1]), _known(process[2] or "", PROCESS)
    for part, asked in PARTS.items():
        for each in asked:
            if each.name in (named, f"offering.{named}"):
                return part, None, each.name
    return PROCESSES if named == PROCESSES else "identity", None, named


def _known(named: str, asked: tuple[Asked, ...]) -> str:
    """The field that has what is named, which may be a part of it."""
    known = (each.name for each in asked if named == each.name or named.startswith(f"{each.name}."))
    # Of what is asked for in several fields, the first.
    parts = (each.name for each in asked if each.name.startswith(f"{named}."))
    return next(known, None) or next(parts, None) or named or "area"


def _process(typed: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in PROCESS:
        if not each.name.startswith("envelope_mm"):
            _put(found, each, typed.get(each.name, "").strip())
    sides = [typed.get(f"envelope_mm.{number}", "").strip() for number in range(3)]
    if any(sides):
        found["envelope_mm"] = [whole(side) for side in sides]
    return found


def _put(found: dict[str, Any], asked: Asked, text: str) -> None:
    if not text and asked.kind != "flag":
        return
    *outer, last = asked.name.split(".")
    for name in outer:
        found = found.setdefault(name, {})
    found[last] = _value(asked.kind, text)


def _value(kind: Kind, text: str) -> object:
    match kind:
        case "number":
            return whole(text)
        case "money":
            return amount(text)
        case "share":
            return text if (points := share(text)) is None else points
        case "flag":
            return bool(text)
        case "texts":
            return [each.strip() for each in text.split(",") if each.strip()]
        case "dated":
            return [_dated(line) for line in text.splitlines() if line.strip()]
        case _:
            return text


def _dated(line: str) -> dict[str, str]:
    code, _, day = line.strip().partition(" ")
    return {"code": code, "assessed_on": day.strip()}


def _at(shown: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    found: Any = shown
    for part in name.split("."):
        if found is None:
            return None
        found = found[int(part)] if isinstance(found, list | tuple) else found.get(part)
    return found


def _text(asked: Asked, value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None or value is False:
        return ""
    match asked.kind:
        case "share":
            return format((Decimal(value) / _IN_PERCENT).normalize(), "f")
        case "flag":
            return "yes"
        case "texts":
            return ", ".join(value)
        case "dated":
            return "\n".join(f"{each['code']} {each['assessed_on']}" for each in value)
        case _:
            return str(value)
