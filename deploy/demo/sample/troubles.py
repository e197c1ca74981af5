"""Trouble that the sample holds on purpose: rows that cannot register, and firms that the screening stops."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.demo.sample.chance import source
from deploy.demo.sample.firms import Row
from deploy.demo.sample.identity import invented_rfc, with_wrong_check_digit
from deploy.demo.sample.plan import Role

Matter = Literal[
    "rfc_formato",
    "rfc_fecha",
    "rfc_generico",
    "duplicado",
    "trabajadores_negativos",
    "area_desconocida",
    "digito_verificador",
    "lista_definitivo",
    "lista_presunto",
    "lista_desvirtuado",
    "lista_sentencia_favorable",
    "sin_consentimiento",
]

# The nth firm, from 0, among the legal persons that would align well: trouble is to cost the program a firm it wants.
MARKED: dict[int, Matter] = {
    12: "digito_verificador",
    37: "lista_definitivo",
    62: "lista_presunto",
    87: "lista_desvirtuado",
    112: "lista_sentencia_favorable",
    137: "sin_consentimiento",
}
# Rows that cannot register: how many good rows stand before each.
BAD_ROWS: dict[Matter, int] = {
    "rfc_formato": 23,
    "rfc_fecha": 86,
    "rfc_generico": 150,
    "duplicado": 202,
    "trabajadores_negativos": 267,
    "area_desconocida": 332,
}
GENERIC_RFC = "XAXX010101000"
"""The public's RFC, which sellers write when a buyer gives none."""

LISTED: dict[Matter, str] = {
    "lista_definitivo": "Definitivo",
    "lista_presunto": "Presunto",
    "lista_desvirtuado": "Desvirtuado",
    "lista_sentencia_favorable": "Sentencia Favorable",
}
OTHER_FIRMS = {"Definitivo": 10, "Presunto": 3, "Desvirtuado": 2, "Sentencia Favorable": 3}
"""Listed firms that never come to the program."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing to see in the sample. `line` counts from 1, the header, as a text editor does."""

    line: int
    rfc: str
    matter: Matter


def plant(firms: Sequence[tuple[Role, Row]]) -> tuple[list[Row], list[Planned]]:
    """All rows of `suppliers.csv`, and what to see where."""
    wanted = [index for index, (role, _) in enumerate(firms) if role.standing == "strong" and not role.natural]
    marks = {wanted[position]: matter for position, matter in MARKED.items()}
    rows: list[Row] = []
    planned: list[Planned] = []
    for index, (_, row) in enumerate(firms):
        for matter in (matter for matter, before in BAD_ROWS.items() if before == index):
            # One of the latest rows serves as the pattern, so that nothing but the planned fault is wrong with it.
            rows.append(_spoilt(rows[-20], matter))
            planned.append(Planned(len(rows) + 1, rows[-1]["rfc"], matter))
        rows.append(row)
        if index in marks:
            if marks[index] == "digito_verificador":
                rows[-1] = row | {"rfc": with_wrong_check_digit(row["rfc"])}
            planned.append(Planned(len(rows) + 1, rows[-1]["rfc"], marks[index]))
    return rows, planned


def screening_list(planned: Sequence[Planned], rng: random.Random) -> list[tuple[str, str]]:
    """RFC and state of an invented list of article 69-B, in order of RFC."""
    listed = [(thing.rfc, LISTED[thing.matter]) for thing in planned if thing.matter in LISTED]
    others = [(invented_rfc(rng), state) for state, number in OTHER_FIRMS.items() for _ in range(number)]
    return sorted(listed + others)


def _spoilt(row: Row, matter: Matter) -> Row:
    rfc = row["rfc"]
    twin = row | {"razon_social": row["razon_social"].replace(" (", " Dos (", 1)}
    match matter:
        case "rfc_formato":
            return twin | {"rfc": rfc[1:]}
        case "rfc_fecha":
            return twin | {"rfc": f"{rfc[:-7]}1332{rfc[-3:]}"}
        case "rfc_generico":
            return twin | {"rfc": GENERIC_RFC}
        case "trabajadores_negativos":
            return _other(twin) | {"trabajadores": "-12"}
        case "area_desconocida":
            return _other(twin) | {"area_1": "P99"}
        case _:
            return dict(row)


def _other(row: Row) -> Row:
    """The row under a valid RFC of its own."""
    return row | {"rfc": invented_rfc(source(row["rfc"]))}
