"""What of a firm's record anchors may ask for, as columns of the narrow rows."""

from typing import Any

from services.matching.domain import distance
from services.matching.domain.offering import ProcessOffer
from services.matching.domain.record import Interval, Record
from services.matching.domain.record_gates import DESIGN, NO_LIMITS, NO_TERMS, certified_until, enrolled_until
from services.matching.domain.requirement import Specification


def asked(need: Specification) -> dict[str, Any]:
    """What a requirement asks of it."""
    place, km = need.place, need.distance_km_max
    far = place is not None and km is not None
    return {
        "record": need.asks_record,
        "tolerance_must": need.tolerance_must and need.tolerance_um is not None,
        "weight_g": need.part_weight_g,
        "thickness_um": need.part_thickness_um,
        "diameter_um": need.part_diameter_um,
        "surface_ra_nm": need.surface_ra_nm_max,
        "salt_spray_h": need.salt_spray_h_min,
        "minimum_order": need.minimum_order_max,
        "ppap_level": need.ppap_level_min,
        "apqp": need.apqp,
        "design": DESIGN.get(need.design_min),
        "deliveries": list(need.deliveries),
        "edi": need.edi,
        "certificates": list(need.certificates),
        "programs": list(need.programs),
        "languages": list(need.languages),
        "latitude": place[0] if place else None,
        "longitude": place[1] if place else None,
        "narrowing": distance.narrowing(place[0]) if place else None,
        "reach": distance.reach(km) if far and km else None,
    }


def of_process(process: ProcessOffer) -> dict[str, Any]:
    """What a firm states of its work in an area."""
    parts, supply = process.parts or NO_LIMITS, process.supply or NO_TERMS
    return {
        **_interval("weight_g", parts.weight_g),
        **_interval("thickness_um", parts.thickness_um),
        **_interval("diameter_um", parts.diameter_um),
        "surface_ra_nm": parts.surface_ra_nm,
        "salt_spray_h": parts.salt_spray_h,
        "minimum_order": supply.minimum_order,
        "ppap_level": supply.ppap_level,
        "apqp": supply.apqp,
        "design": DESIGN.get(supply.design),
        "deliveries": list(supply.deliveries) or None,
        "edi": supply.edi,
    }


def of_firm(record: Record) -> dict[str, Any]:
    """What it states of itself; null where it states nothing: rows are many, and an empty array takes room."""
    certified, enrolled = certified_until(record), enrolled_until(record)
    places = [place for plant in record.plants if (place := plant.place)]
    return {
        "certificates": list(certified) or None,
        "certificates_until": list(certified.values()) or None,
        "programs": list(enrolled) or None,
        "programs_until": list(enrolled.values()) or None,
        "languages": list(record.languages) or None,
        "latitudes": [latitude for latitude, _ in places] or None,
        "longitudes": [longitude for _, longitude in places] or None,
        "placed": bool(places) and len(places) == len(record.plants),
    }


def _interval(name: str, stated: Interval | None) -> dict[str, int | None]:
    least, most = stated or (None, None)
    return {f"{name}_least": least, f"{name}_most": most}
