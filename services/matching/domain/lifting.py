"""What would lift a result: single changes of what a firm offers, each judged by the definition as if it were so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Any, Literal, get_args
from uuid import UUID

from services.matching.domain import text
from services.matching.domain.alignment import Hit, hit, judge
from services.matching.domain.lifting_record import OF_FIRM, OF_PROCESS, firm_as_asked, process_as_asked
from services.matching.domain.offering import LADDER, ProcessOffer, Profile, Qms, SpecialProcess
from services.matching.domain.record_gates import record_gates
from services.matching.domain.requirement import Requirement, Specification
from services.matching.domain.rules import Rules

Attribute = Literal[
    "qms",
    "special_process",
    "materials",
    "envelope",
    "force",
    "capacity",
    "tolerance",
    "lead_time",
    "ppm",
    "otif",
    "regional_value",
    "part_limits",
    "minimum_order",
    "ppap",
    "design",
    "delivery",
    "certificates",
    "programs",
    "languages",
]
Kind = Literal["state", "change"]
"""`state`: the firm has only to say it, as nobody knows; `change`: it has to become so."""

FIRM: tuple[Attribute, ...] = ("qms", "ppm", "otif", "regional_value", *OF_FIRM)
"""Of the firm as a whole; the others are of its work in an area."""

MOST_OPENED = 20
"""Requirements that are named of those that a change opens."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a firm could have otherwise, as one requirement asks it."""

    attribute: Attribute
    kind: Kind
    to: str
    """As it is shown, with its unit."""
    need: Any
    """The same as a value."""


@dataclass(frozen=True, slots=True)
class Lift:
    """What one change makes of one requirement."""

    change: Change
    before: Hit | None
    after: Hit

    @property
    def opens(self) -> bool:
        """Whether the firm comes to meet the requirement by it."""
        return self.before is None

    @property
    def gain(self) -> int:
        """Basis points more; of a requirement that it opens all that it has then."""
        return self.after.points - (self.before.points if self.before else 0)


@dataclass(frozen=True, slots=True)
class Wide:
    """What one change makes of all that is asked of a firm."""

    area: str | None
    """None: it is of the firm as a whole."""
    change: Change
    opened: tuple[Requirement, ...]
    raised: int
    """Requirements that it meets already, and then better."""
    points: int
    """Basis points more in these together."""


def lifts(
    profile: Profile, need: Specification, rules: Rules, today: date, *, withdrawn: bool = False
) -> tuple[Lift, ...]:
    """Every single change that lifts what a firm is to a requirement, the one that lifts most first: those that open it
    before those that raise it. None where no single one does.
    """
    offers = profile.in_area(need.area)
    if not offers or withdrawn:
        return ()
    before = hit(profile, need, rules, today)
    offer = judge(profile, offers, need, rules, today).offer
    found = []
    for change in _changes(profile, offer, need, rules, today):
        after = hit(_changed(profile, offer, change, today), need, rules, today)
        if after is not None and (before is None or after.points > before.points):
            found.append(Lift(change, before, after))
    return tuple(sorted(found, key=lambda lift: (not lift.opens, -lift.gain, _place(lift.change.attribute))))


def widest(
    firm: UUID, profile: Profile, asked: Sequence[Requirement], rules: Rules, today: date, *, withdrawn: bool = False
) -> tuple[Wide, ...]:
    """What lifts a firm most over all that is asked: changes that open most requirements first, then those that raise
    most. Of an amount, as a capacity, the change is as large as the most demanding of the requirements wants that it
    lifts, which suffices for the others.
    """
    groups: dict[tuple[str | None, Attribute, str], list[tuple[Requirement, Lift]]] = {}
    for requirement in asked:
        for lift in lifts(profile, requirement.need_of(firm, today), rules, today, withdrawn=withdrawn):
            area = None if lift.change.attribute in FIRM else requirement.area
            which = "" if lift.change.attribute in _DEMANDING else lift.change.to
            groups.setdefault((area, lift.change.attribute, which), []).append((requirement, lift))
    wide = (_wide(area, lifted) for (area, *_), lifted in groups.items())
    order = attrgetter("raised", "points")
    return tuple(sorted(wide, key=lambda each: (-len(each.opened), *(-value for value in order(each)), each.change.to)))


def _wide(area: str | None, lifted: Sequence[tuple[Requirement, Lift]]) -> Wide:
    opened = tuple(requirement for requirement, lift in lifted if lift.opens)
    raised = [lift for _, lift in lifted if not lift.opens]
    among = [lift.change for _, lift in lifted if lift.opens] or [lift.change for lift in raised]
    demanding = _DEMANDING.get(among[0].attribute)
    largest = max(among, key=lambda change: demanding(change.need)) if demanding else among[0]
    return Wide(area, largest, opened, len(raised), sum(lift.gain for lift in raised))


_DEMANDING: Mapping[Attribute, Any] = {
    "capacity": lambda need: need,
    "force": lambda need: need,
    "otif": lambda need: need,
    "regional_value": lambda need: need,
    "tolerance": lambda need: -need,
    "lead_time": lambda need: -need,
    "ppm": lambda need: -need,
}
"""Amounts: the more demanding of two needs suffices for the other one."""


def _place(attribute: Attribute) -> int:
    return get_args(Attribute).index(attribute)


def _changes(profile: Profile, offer: ProcessOffer, need: Specification, rules: Rules, today: date) -> Iterator[Change]:
    """Whatever is asked that the process that suits best has not, or does not state."""
    if LADDER[profile.qms_held(today, rules.certificate_months)] < LADDER[need.qms]:
        yield Change("qms", "change", need.qms, need.qms)
    if missing := _missing_codes(offer, need, rules, today):
        yield Change("special_process", "change", text.listed(missing), missing)
    if need.materials and rules.materials.compare(need.materials, offer.materials) != "met":
        yield Change("materials", "change" if offer.materials else "state", need.materials[0], need.materials[0])
    if need.envelope_mm is not None:
        yield _amount("envelope", offer.envelope_mm, need.envelope_mm, text.sides(need.envelope_mm))
    origin, kpis = need.regional_value_bp_min, profile.kpis(today, rules.measured_months)
    amounts: tuple[tuple[Attribute, int | None, int | None, str], ...] = (
        ("force", offer.force_t, need.force_t, text.number(need.force_t, "t")),
        ("capacity", offer.free_capacity, need.annual_volume, text.number(need.annual_volume)),
        ("tolerance", offer.tolerance_um, need.tolerance_um, text.number(need.tolerance_um, "µm")),
        ("lead_time", offer.lead_time_days, need.lead_time_days, text.number(need.lead_time_days, "d")),
        ("ppm", kpis.ppm, need.ppm_max, text.number(need.ppm_max, "ppm")),
        ("otif", kpis.otif_bp, need.otif_bp_min, text.share(need.otif_bp_min)),
        ("regional_value", profile.regional_value_bp, origin, text.share(origin)),
    )
    for attribute, has, wanted, shown in amounts:
        if wanted is not None and has != wanted:
            yield _amount(attribute, has, wanted, shown)
    for gate in record_gates(profile, offer, need, today):
        if gate.status == "not_met" and (name := _OF_RECORD.get(gate.gate)):
            yield Change(name, "change", gate.need, need)


def _amount(attribute: Attribute, has: object, wanted: object, shown: str) -> Change:
    return Change(attribute, "state" if has is None else "change", shown, wanted)


def _missing_codes(offer: ProcessOffer, need: Specification, rules: Rules, today: date) -> tuple[str, ...]:
    until = offer.special_until(rules.cqi_valid_months)
    return tuple(code for code in need.special_processes if code not in until or until[code] < today)


def _changed(profile: Profile, offer: ProcessOffer, change: Change, today: date) -> Profile:
    """The profile with this one thing otherwise; of deliveries both what it states and what anchors measure."""
    need, measured = change.need, profile.measured
    match change.attribute:
        case "qms":
            qms: Qms = need
            return replace(profile, qms=qms, qms_valid_to=None, qms_stated_on=today)
        case "ppm":
            return replace(profile, ppm_12m=need, measured=measured and replace(measured, ppm=need))
        case "otif":
            return replace(profile, otif_bp_12m=need, measured=measured and replace(measured, otif_bp=need))
        case "regional_value":
            return replace(profile, regional_value_bp=need)
        case "certificates" | "programs" | "languages" as which:
            return firm_as_asked(profile, which, need, today)
    after = _process(offer, change, today)
    # By identity: a firm may name the same work twice.
    processes = tuple(after if each is offer else each for each in profile.processes)
    return replace(profile, processes=processes)


def _process(offer: ProcessOffer, change: Change, today: date) -> ProcessOffer:
    need = change.need
    match change.attribute:
        case "special_process":
            shown = tuple(SpecialProcess(code=code, assessed_on=today) for code in need)
            return replace(offer, special_processes=(*offer.special_processes, *shown))
        case "materials":
            return replace(offer, materials=(*offer.materials, need))
        case "envelope":
            room = zip(sorted(need), sorted(offer.envelope_mm or need), strict=True)
            short, middle, long = (max(sides) for sides in room)
            return replace(offer, envelope_mm=(short, middle, long))
        case "part_limits" | "minimum_order" | "ppap" | "design" | "delivery" as which:
            return process_as_asked(offer, which, need)
        case _:
            return replace(offer, **{_FIELDS[change.attribute]: need})


_OF_RECORD: Mapping[str, Attribute] = {name: name for name in (*OF_PROCESS, *OF_FIRM)}
"""What opens a gate of the record, which has its name."""

_FIELDS: Mapping[Attribute, str] = {
    "force": "force_t",
    "capacity": "free_capacity",
    "tolerance": "tolerance_um",
    "lead_time": "lead_time_days",
}
