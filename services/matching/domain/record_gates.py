"""Gates of what a firm states beside what is scored: its parts, its terms, what it can show, where it is.

Only what is asked is a gate here. What the firm does not state is unknown, with one exception: a certificate that is
not shown is not held, as everywhere (IATF 16949 8.4.2.3).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from services.matching.domain import distance, text
from services.matching.domain.gate import Gate
from services.matching.domain.offering import ProcessOffer, Profile
from services.matching.domain.reasons import GateName, GateReason, GateStatus
from services.matching.domain.record import Interval, PartLimits, Record, SupplyTerms
from services.matching.domain.requirement import Specification

DESIGN: Mapping[str | None, int] = {"build_to_print": 1, "co_design": 2, "full": 3}
"""How much of a part a firm designs, from the customer alone to the supplier alone."""

NO_LIMITS, NO_TERMS = PartLimits(), SupplyTerms()


class _Check(NamedTuple):
    """One thing that is asked; a gate has one or several."""

    status: GateStatus
    reason: GateReason
    need: str
    offer: str = ""


def record_gates(profile: Profile, offer: ProcessOffer, need: Specification, today: date) -> tuple[Gate, ...]:
    """Every gate of this kind that is asked, in the order of their names."""
    if not need.asks_record:
        return ()
    found = (_gate(name, checks) for name, checks in _checks(profile, offer, need, today))
    return tuple(gate for gate in found if gate is not None)


def _checks(
    profile: Profile, offer: ProcessOffer, need: Specification, today: date
) -> Iterator[tuple[GateName, tuple[_Check | None, ...]]]:
    parts, supply, record = offer.parts or NO_LIMITS, offer.supply or NO_TERMS, profile.record
    tolerance = need.tolerance_um if need.tolerance_must else None
    yield "tolerance", (_at_most(tolerance, offer.tolerance_um, "tolerance_too_wide", "µm"),)
    yield (
        "part_limits",
        (
            _within(need.part_weight_g, parts.weight_g, "weight_out_of_range", "g"),
            _within(need.part_thickness_um, parts.thickness_um, "thickness_out_of_range", "µm"),
            _within(need.part_diameter_um, parts.diameter_um, "diameter_out_of_range", "µm"),
            _at_most(need.surface_ra_nm_max, parts.surface_ra_nm, "surface_too_rough", "nm"),
            _at_least(need.salt_spray_h_min, parts.salt_spray_h, "salt_spray_too_short", "h"),
        ),
    )
    yield "minimum_order", (_at_most(need.minimum_order_max, supply.minimum_order, "minimum_order_too_high"),)
    level = _at_least(need.ppap_level_min, supply.ppap_level, "ppap_too_low")
    yield "ppap", (level, _has("APQP", supply.apqp, "no_apqp") if need.apqp else None)
    yield "design", (_design(need.design_min, supply.design),)
    edi = _has("EDI", supply.edi, "no_edi") if need.edi else None
    yield "delivery", (_delivery(need.deliveries, supply.deliveries), edi)
    yield "certificates", (_certificates(need.certificates, record, today),)
    yield "programs", (_programs(need.programs, record, today),)
    yield "languages", (_languages(need.languages, record.languages),)
    yield "distance", (_distance(need, record),)


def _gate(gate: GateName, checks: tuple[_Check | None, ...]) -> Gate | None:
    """What is short outweighs what nobody knows; the reason is that of the first."""
    asked = [check for check in checks if check is not None]
    if not asked:
        return None
    status: GateStatus
    for status in ("not_met", "unknown"):
        if those := [check for check in asked if check.status == status]:
            need = text.listed([check.need for check in those])
            return Gate(gate, status, those[0].reason, need, text.listed([each.offer for each in those if each.offer]))
    return Gate(gate, "met", "ok")


def _judged(*, holds: bool, reason: GateReason, need: str, offer: str) -> _Check:
    return _Check("met" if holds else "not_met", reason, need, offer)


def _at_most(asked: int | None, offered: int | None, reason: GateReason, unit: str = "") -> _Check | None:
    need, offer = text.number(asked, unit), text.number(offered, unit)
    if asked is None:
        return None
    return _unknown(need) if offered is None else _judged(holds=offered <= asked, reason=reason, need=need, offer=offer)


def _at_least(asked: int | None, offered: int | None, reason: GateReason, unit: str = "") -> _Check | None:
    need, offer = text.number(asked, unit), text.number(offered, unit)
    if asked is None:
        return None
    return _unknown(need) if offered is None else _judged(holds=offered >= asked, reason=reason, need=need, offer=offer)


def _within(asked: int | None, limits: Interval | None, reason: GateReason, unit: str) -> _Check | None:
    """Both ends of what a firm makes are within."""
    if asked is None:
        return None
    need = text.number(asked, unit)
    if limits is None:
        return _unknown(need)
    least, most = limits
    return _judged(holds=least <= asked <= most, reason=reason, need=need, offer=f"{least}-{most} {unit}")


def _has(what: str, offered: bool | None, reason: GateReason) -> _Check:  # noqa: FBT001 - what a firm states, or not
    return _unknown(what) if offered is None else _judged(holds=offered, reason=reason, need=what, offer="")


def _design(asked: str | None, offered: str | None) -> _Check | None:
    if asked is None:
        return None
    if offered not in DESIGN:
        return _unknown(asked)
    return _judged(holds=DESIGN[offered] >= DESIGN[asked], reason="design_too_little", need=asked, offer=offered or "")


def _delivery(asked: tuple[str, ...], offered: tuple[str, ...]) -> _Check | None:
    """Any one of these will do."""
    if not asked:
        return None
    need = text.listed(asked)
    if not offered:
        return _unknown(need)
    holds = not set(asked).isdisjoint(offered)
    return _judged(holds=holds, reason="no_common_delivery", need=need, offer=text.listed(offered))


def _languages(asked: tuple[str, ...], offered: tuple[str, ...]) -> _Check | None:
    """All of these."""
    if not asked:
        return None
    if not offered:
        return _unknown(text.listed(asked))
    missing = [each for each in asked if each not in offered]
    need, offer = text.listed(missing), text.listed(offered)
    return _judged(holds=not missing, reason="language_missing", need=need, offer=offer)


def _certificates(asked: tuple[str, ...], record: Record, today: date) -> _Check | None:
    if not asked:
        return None
    return _shown(asked, certified_until(record), today, "certificate_missing", "certificate_expired")


def _programs(asked: tuple[str, ...], record: Record, today: date) -> _Check | None:
    """A firm that states none of them was perhaps never asked."""
    if not asked:
        return None
    if not record.programs:
        return _unknown(text.listed(asked))
    return _shown(asked, enrolled_until(record), today, "program_missing", "program_expired")


def _shown(
    asked: tuple[str, ...], until: Mapping[str, date], today: date, missing: GateReason, expired: GateReason
) -> _Check:
    """All of these, none past its last day. One that is not there outweighs one that is over."""
    absent = [each for each in asked if each not in until]
    over = [each for each in asked if each in until and until[each] < today]
    need, offer = text.listed([*absent, *over]), text.listed([f"{each} {until[each]}" for each in over])
    return _judged(holds=not absent and not over, reason=missing if absent else expired, need=need, offer=offer)


def certified_until(record: Record) -> Mapping[str, date]:
    """The last day of each standard, by the certificate that lasts longest."""
    until: dict[str, date] = {}
    for each in record.certificates:
        until[each.standard] = max(each.valid_to, until.get(each.standard, each.valid_to))
    return until


def enrolled_until(record: Record) -> Mapping[str, date]:
    """The last day of each program; of one without an end the last that there is."""
    until: dict[str, date] = {}
    for each in record.programs:
        last = each.valid_to or date.max
        until[each.program] = max(last, until.get(each.program, last))
    return until


def _distance(need: Specification, record: Record) -> _Check | None:
    """The nearest plant. While one has no coordinates, none is known to be too far."""
    if need.distance_km_max is None or need.place is None:
        return None
    asked = text.number(need.distance_km_max, "km")
    squares = [distance.square(need.place, place) for plant in record.plants if (place := plant.place)]
    nearest, most = min(squares, default=None), distance.reach(need.distance_km_max) ** 2
    if nearest is not None and nearest <= most:
        return _Check("met", "ok", asked)
    if nearest is None or len(squares) < len(record.plants):
        return _unknown(asked)
    return _Check("not_met", "too_far", asked, distance.shown(nearest))


def _unknown(need: str) -> _Check:
    return _Check("unknown", "not_stated", need)
