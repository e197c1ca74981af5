"""A specification of what an anchor asks, as the fields of a form and back."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from starlette.datastructures import FormData

from services.portal.api.forms import field_of
from services.portal.domain.written import codes_of, lines, percentage, scaled, share, whole
from services.portal.stages import StageProblem
from services.portal.views.words import Words

QMS = ("none", "documented", "iso_9001", "iatf_16949")
TEXTS = ("area", "title", "qms", "plant_state", "open_until", "production_start", "design_min")
OF_PART = ("part_weight_g", "part_thickness_um", "part_diameter_um", "surface_ra_nm_max", "salt_spray_h_min")
OF_TERMS = ("minimum_order_max", "ppap_level_min")
NUMBERS = (
    *("annual_volume", "force_t", "tolerance_um", "lead_time_days", "ppm_max", "distance_km_max"),
    *OF_PART,
    *OF_TERMS,
)
LISTS = ("materials", "special_processes", "must_have", "languages")
SHARES = ("otif_bp_min", "regional_value_bp_min")
FLAGS = ("tolerance_must", "apqp", "edi", "named")
PLACE = ("plant_latitude_e6", "plant_longitude_e6")
DESIGNS = ("build_to_print", "co_design", "full")
BOXES: Mapping[str, tuple[str, ...]] = {
    "deliveries": ("exw", "fca", "dap", "ddp", "jit", "jis"),
    "certificates": ("iso_14001", "iso_45001", "iso_50001", "iso_17025", "iso_27001", "tisax"),
    "programs": ("immex", "oea", "c_tpat"),
}
"""Several of these may be chosen, a box each."""
FIELDS = (*TEXTS, *NUMBERS, *LISTS, *SHARES, *PLACE, "envelope_mm", "targets", "ramp", *FLAGS)
"""What the form asks; the rest of a specification stays as it is."""

WISHES = (
    *("materials", "envelope", "force", "special_process", "qms", "tolerance", "part_limits", "minimum_order"),
    *("ppap", "design", "delivery", "certificates", "programs", "languages", "distance"),
)
"""What can be only wished, a box each."""

MICRO = 1_000_000
YEAR = re.compile(r"([0-9]{4})[ :=]+([0-9]{1,10})")
TARGET = re.compile(r"([A-Za-z][0-9]{2})[ :=]+([0-9])")
TIMES = re.compile(r"\s*[x×*;]\s*|,?\s+")
"""A comma within a side stands between thousands."""

REFUSED = "?"
"""No number, no list."""

Reading = Callable[[str], Any]


class Unreadable(ValueError):  # noqa: N818 - of what was typed
    """What was typed is no such thing; the argument is the message that says what is."""


def shown(specification: Mapping[str, Any]) -> dict[str, str]:
    """Each field's text. A share of basis points is a percentage."""
    found = {name: str(specification[name]) for name in (*TEXTS, *NUMBERS) if specification.get(name) is not None}
    found |= {name: "\n".join(specification.get(name) or ()) for name in LISTS}
    found |= {name: percentage(specification[name]) for name in SHARES if specification.get(name) is not None}
    found |= {name: "yes" for name in FLAGS if specification.get(name)}
    found |= {
        name: f"{Decimal(specification[name]) / MICRO:f}" for name in PLACE if specification.get(name) is not None
    }
    found |= {f"{name}_{code}": "yes" for name in BOXES for code in specification.get(name) or ()}
    found["envelope_mm"] = " x ".join(map(str, specification.get("envelope_mm") or ()))
    found["targets"] = "\n".join(f"{code} {level}" for code, level in (specification.get("targets") or {}).items())
    found["ramp"] = "\n".join(f"{each['year']} {each['pieces']}" for each in specification.get("ramp") or ())
    found |= {f"wish_{gate}": "yes" for gate in specification.get("wishes") or ()}
    return found


def asked(form: FormData, before: Mapping[str, Any], words: Words) -> tuple[dict[str, Any], dict[str, str]]:
    """The specification with the form's fields, and what of them cannot be read. An empty field asks nothing; one that
    cannot be read asks what every stage refuses, so that what is wrong with the others is said along with it.
    """
    specification, wrong = dict(before), dict[str, str]()
    for name in FIELDS:
        specification.pop(name, None)
        text = str(form.get(name, "")).strip()
        if not text:
            continue
        try:
            specification[name] = _reading(name)(text)
        except Unreadable as unreadable:
            specification[name], wrong[name] = REFUSED, words(str(unreadable))
    for name, codes in BOXES.items():
        specification.pop(name, None)
        if chosen := [code for code in codes if form.get(f"{name}_{code}")]:
            specification[name] = chosen
    specification["wishes"] = [gate for gate in WISHES if form.get(f"wish_{gate}")]
    return specification, wrong


def errors(problem: StageProblem) -> dict[str, str]:
    """What the stage says of each field, whichever part of it is meant; the first of each."""
    found: dict[str, str] = {}
    for place, what in problem.errors.items():
        parts = field_of(place).removeprefix("specification.").split(".")
        found.setdefault(parts[0], what)
    return found


def _reading(name: str) -> Reading:
    if name in NUMBERS:
        return whole
    if name in LISTS:
        return lines if name == "materials" else codes_of
    if name in FLAGS:
        return bool
    if name in PLACE:
        return _degrees
    return {"envelope_mm": _envelope, "targets": _targets, "ramp": _ramp}.get(name) or (
        _share if name in SHARES else str
    )


def _share(text: str) -> int:
    if (points := share(text)) is None:
        raise Unreadable("form.percent")
    return points


def _degrees(text: str) -> int:
    if (found := scaled(text, 6)) is None:
        raise Unreadable("form.degrees")
    return found


def _envelope(text: str) -> list[int]:
    sides = [whole(side) for side in TIMES.split(text) if side]
    known = [side for side in sides if isinstance(side, int)]
    if len(sides) != 3 or len(known) != 3:
        raise Unreadable("form.envelope")
    return known


def _ramp(text: str) -> list[dict[str, int]]:
    years = [YEAR.fullmatch(each) for each in codes_of(text)]
    if None in years:
        raise Unreadable("form.ramp")
    return [{"year": int(each[1]), "pieces": int(each[2])} for each in years if each]


def _targets(text: str) -> dict[str, int]:
    targets = [TARGET.fullmatch(each) for each in codes_of(text)]
    if None in targets:
        raise Unreadable("form.targets")
    return {each[1].upper(): int(each[2]) for each in targets if each}
