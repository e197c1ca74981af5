"""The file of suppliers, read row by row."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.registration.domain import profile as profiles
from services.registration.domain import rfc as rfcs
from services.registration.domain.certificates import Certificate
from services.registration.domain.fault import Fault
from services.registration.domain.limits import MAX_MEASURE, PartLimits, SupplyTerms
from services.registration.domain.offering import Offering, ProcessOffer, SpecialProcess
from services.registration.domain.plants import Plant
from services.registration.domain.profile import Contact, Profile
from services.registration.domain.rfc import RefusedRfc
from services.registration.domain.trade import PartOrigin, TradeProgram
from services.registration.files.supplier_columns import CONTACT, GROUPS, OFFERING, PLACES, PROFILE, TEMPLATE, wanted
from shared.files.cells import values
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row

__all__ = ["TEMPLATE", "read", "wanted"]

Items = Mapping[str, Sequence[Any]]
Numbers = Mapping[str, Sequence[int]]
"""Of each list those of its groups that a row fills, in order: the item at a place is that of this number."""


def read(row: Row, today: date) -> Profile | list[RowFault]:
    """The firm of a row, or all that is wrong with it: of a cell that cannot be read, that it cannot be."""
    found, wrong = values(PROFILE, row)
    contact, contact_wrong = _contact(row)
    said, said_wrong = values(OFFERING, row)
    numbers = _numbers(row)
    items, items_wrong = _items(row, numbers)
    wrong += contact_wrong + said_wrong + items_wrong
    unread = {fault.column for fault in wrong}
    plants = items.pop("plants")
    known = found | {"contact": contact, "plants": plants, "offering": Offering(**said | items)}
    verdict = rfcs.judge(found.get("rfc", ""))
    profile = profiles.tidy(profiles.in_part(known, today), today)
    if isinstance(verdict, RefusedRfc):
        wrong += [row_fault(row.line, "rfc", reason) for reason in verdict.reasons if "rfc" not in unread]
    broken = [(_column_of(fault, numbers), fault) for fault in profiles.faults(profile, today)]
    wrong += [
        row_fault(row.line, column, fault.reason, **fault.params)
        for column, fault in broken
        if column not in unread and not _follows(fault, column, unread)
    ]
    return wrong or replace(profile, rfc=verdict.rfc)


def _contact(row: Row) -> tuple[Contact | None, list[RowFault]]:
    if not any(column.name in row.cells for column in CONTACT):
        return None, []
    found, wrong = values(CONTACT, row)
    return Contact(**{"name": "", "email": ""} | found), wrong


def _numbers(row: Row) -> Numbers:
    filled = {PLACES[name] for name in row.cells if name in PLACES}
    return {name: sorted(place.number for place in filled if place.group == name) for name in GROUPS}


def _items(row: Row, numbers: Numbers) -> tuple[dict[str, tuple[Any, ...]], list[RowFault]]:
    """What a row has several of, and what is wrong with its cells."""
    items: dict[str, tuple[Any, ...]] = {}
    wrong: list[RowFault] = []
    for name, group in GROUPS.items():
        made: list[Any] = []
        for number in numbers[name]:
            found, faults = values(group.columns, row, f"_{number}")
            made.append(_MADE[name](found))
            wrong += faults + (_incomplete(row, number) if name == "processes" else [])
        items[name] = tuple(made)
    return items, wrong


def _process(found: dict[str, Any]) -> ProcessOffer:
    """In place of what cannot be read stands what makes nothing else wrong, here and below."""
    special = tuple(SpecialProcess(code=code, assessed_on=on) for code, on in found.get("special_processes", ()))
    fields: dict[str, Any] = {"area": ""} | {name: value for name, value in found.items() if "." not in name}
    parts = {name: value for name, value in _within(found, "parts").items() if "." not in name}
    parts |= {name: _whole(found, f"parts.{name}") for name in _INTERVALS}
    supply = _within(found, "supply")
    return ProcessOffer(
        **fields | {"special_processes": special},
        envelope_mm=_whole(found, "envelope_mm"),
        parts=PartLimits(**parts) if any(value is not None for value in parts.values()) else None,
        supply=SupplyTerms(**supply) if supply else None,
    )


def _within(found: dict[str, Any], outer: str) -> dict[str, Any]:
    return {name.removeprefix(f"{outer}."): value for name, value in found.items() if name.partition(".")[0] == outer}


_INTERVALS = ("weight_g", "thickness_um", "diameter_um")
_STAND = {"envelope_mm": (1, 1, 1), **{f"parts.{name}": (0, MAX_MEASURE) for name in _INTERVALS}}
"""Fields that are several numbers, each with a column of its own, and what stands for one that is not there."""


def _whole(found: dict[str, Any], field: str) -> Any:  # noqa: ANN401 - as many numbers as the field has
    """All numbers of a field; None where it has none."""
    given = [found.get(f"{field}.{place}") for place in range(len(_STAND[field]))]
    if all(number is None for number in given):
        return None
    return tuple(stands if number is None else number for number, stands in zip(given, _STAND[field], strict=True))


def _incomplete(row: Row, number: int) -> list[RowFault]:
    """Numbers of a process that are missing beside the others of their field. Of an interval of which only the end is
    known, the beginning is zero.
    """
    missing: list[RowFault] = []
    for field, stands in _STAND.items():
        names = [f"{_COLUMN_IN['processes'][f'{field}.{place}']}_{number}" for place in range(len(stands))]
        if any(name in row.cells for name in names):
            asked = names if stands[0] else names[1:]
            missing += [row_fault(row.line, name, "cell_missing") for name in asked if name not in row.cells]
    return missing


def _plant(found: dict[str, Any]) -> Plant:
    stands: dict[str, Any] = {"name": "", "state": ""}
    return Plant(**stands | found)


def _certificate(found: dict[str, Any]) -> Certificate:
    stands: dict[str, Any] = {"standard": "tisax", "body": "", "number": "", "valid_to": date.max}
    return Certificate(**stands | found)


def _program(found: dict[str, Any]) -> TradeProgram:
    stands: dict[str, Any] = {"program": ""}
    return TradeProgram(**stands | found)


def _origin(found: dict[str, Any]) -> PartOrigin:
    stands: dict[str, Any] = {"family": "", "hs_code": "", "list": "other", "rvc_bp": 0}
    return PartOrigin(**stands | found)


_MADE: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "plants": _plant,
    "certificates": _certificate,
    "programs": _program,
    "origins": _origin,
    "processes": _process,
}

_COLUMN_OF = {
    **{column.field: column.name for column in (*PROFILE, *OFFERING)},
    **{f"contact.{column.field}": column.name for column in CONTACT},
    **{name: f"{group.columns[0].name}_1" for name, group in GROUPS.items()},
}
_COLUMN_IN: Mapping[str, Mapping[str, str]] = {
    # Of what has several numbers, the first.
    name: {
        field: column.name
        for column in reversed(group.columns)
        for field in (column.field, column.field.removesuffix(".0"))
    }
    for name, group in GROUPS.items()
}


def _column_of(fault: Fault, numbers: Numbers) -> str:
    """The column that fills the field of a fault."""
    group, _, rest = fault.field.partition(".")
    if group not in GROUPS or not rest:
        return _COLUMN_OF[fault.field]
    place, _, field = rest.partition(".")
    return f"{_COLUMN_IN[group][field]}_{numbers[group][int(place)]}"


def _follows(fault: Fault, column: str, unread: Collection[str]) -> bool:
    """Whether what is compared with another cell may be right: that one cannot be read."""
    match fault.reason:
        case "main_plant_elsewhere":
            place = PLACES[column].number
            others = {"estado", "municipio", f"planta_estado_{place}", f"planta_municipio_{place}"}
        case "site_unknown":
            others = {name for name in unread if name.startswith("planta_nombre_")}
        case "modality_of_immex":
            others = {f"programa_{PLACES[column].number}"}
        case _:
            return False
    return not others.isdisjoint(unread)
