"""What would open a gate of a firm's record: the firm as it is asked to be, in this one thing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, get_args

from services.matching.domain.offering import ProcessOffer, Profile
from services.matching.domain.record import Certificate, Interval, TradeProgram
from services.matching.domain.record_gates import DESIGN, NO_LIMITS, NO_TERMS
from services.matching.domain.requirement import Specification

OfProcess = Literal["part_limits", "minimum_order", "ppap", "design", "delivery"]
OfFirm = Literal["certificates", "programs", "languages"]
OF_PROCESS: tuple[OfProcess, ...] = get_args(OfProcess)
OF_FIRM: tuple[OfFirm, ...] = get_args(OfFirm)
"""A plant moves nowhere: of the distance there is no change."""

HELD = timedelta(days=365)
"""For how long something new is held, at least."""


def process_as_asked(offer: ProcessOffer, which: OfProcess, need: Specification) -> ProcessOffer:
    """The process with this one thing as it is asked; what it has already it keeps."""
    parts, supply = offer.parts or NO_LIMITS, offer.supply or NO_TERMS
    match which:
        case "part_limits":
            limits = replace(
                parts,
                weight_g=_wide(parts.weight_g, need.part_weight_g),
                thickness_um=_wide(parts.thickness_um, need.part_thickness_um),
                diameter_um=_wide(parts.diameter_um, need.part_diameter_um),
                surface_ra_nm=min(_known(parts.surface_ra_nm, need.surface_ra_nm_max), default=None),
                salt_spray_h=max(_known(parts.salt_spray_h, need.salt_spray_h_min), default=None),
            )
            return replace(offer, parts=limits)
        case "minimum_order":
            return replace(offer, supply=replace(supply, minimum_order=need.minimum_order_max))
        case "ppap":
            level = max(_known(supply.ppap_level, need.ppap_level_min), default=None)
            return replace(offer, supply=replace(supply, ppap_level=level, apqp=need.apqp or supply.apqp))
        case "design":
            design = max(supply.design, need.design_min, key=lambda each: DESIGN.get(each, 0))
            return replace(offer, supply=replace(supply, design=design))
        case "delivery":
            ways = (*supply.deliveries, *need.deliveries[:1])
            return replace(offer, supply=replace(supply, deliveries=ways, edi=need.edi or supply.edi))


def firm_as_asked(profile: Profile, which: OfFirm, need: Specification, today: date) -> Profile:
    """The firm with this one thing as it is asked."""
    record, until = profile.record, today + HELD
    match which:
        case "certificates":
            new = tuple(Certificate(standard=each, body="", valid_to=until) for each in need.certificates)
            return replace(profile, record=replace(record, certificates=(*record.certificates, *new)))
        case "programs":
            joined = tuple(TradeProgram(program=each) for each in need.programs)
            return replace(profile, record=replace(record, programs=(*record.programs, *joined)))
        case "languages":
            return replace(profile, record=replace(record, languages=(*record.languages, *need.languages)))


def _wide(stated: Interval | None, part: int | None) -> Interval | None:
    if stated is None or part is None:
        return stated
    return min(stated[0], part), max(stated[1], part)


def _known(*figures: int | None) -> Sequence[int]:
    return [figure for figure in figures if figure is not None]
