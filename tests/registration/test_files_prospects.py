"""Files of public registers: what of each row is kept, and what never is."""

from dataclasses import asdict
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from services.registration.domain.prospect import RegisterEntry
from services.registration.files.prospects import read, wanted
from shared.files.faults import RowFault
from shared.files.rows import Row
from shared.files.sheet import rows

REGISTERS = Path(__file__).with_name("registers")


def rows_of(name: str, encoding: str = "utf-8") -> list[Row]:
    content = (REGISTERS / name).read_text(encoding="utf-8").encode(encoding)
    return list(rows(BytesIO(content), wanted(100)))


def entries(name: str, encoding: str = "utf-8") -> list[RegisterEntry | list[RowFault]]:
    return [read(row, "2025-11") for row in rows_of(name, encoding)]


def entry(found: RegisterEntry | list[RowFault]) -> RegisterEntry:
    assert isinstance(found, RegisterEntry), found
    return found


def of(**cells: str) -> RegisterEntry:
    return entry(read(Row(2, {"nra": "EJE01", "cve_ent": "11"} | cells), None))


def test_retc() -> None:
    first, second, *_ = map(entry, entries("retc.csv"))
    assert asdict(first) == {
        "source": "retc",
        "source_id": "EJE0100100001",
        "edition": "2022",
        "name": "TROQUELADOS EJEMPLO, S.A. DE C.V.",
        "plant": "PLANTA NORTE",
        "scian": "336370",
        "scian_title": "Fabricación de piezas metálicas troqueladas para vehículos automotrices",
        "activity": "Estampado y soldadura de piezas",
        "branch": "Produccion de auto partes troqueladas y estampadas",
        "workers_from": None,
        "workers_to": None,
        "state": "11",
        "municipality": "Silao",
        "latitude": Decimal("21.01030"),
        "longitude": Decimal("-101.53000"),
        "automotive": True,
    }
    assert (second.state, second.plant) == ("22", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_denue_in_the_encodings_that_it_comes_in(encoding: str) -> None:
    first, second, third, fourth, refused = entries("denue.csv", encoding)
    assert [entry(each).source_id for each in (first, second, third, fourth)] == [
        "900001",
        "900002",
        "01001541380000001001000000U2",
        "900004",
    ]
    one, three = entry(first), entry(third)
    assert (one.source, one.edition, one.name, one.plant) == (
        "denue",
        "2025-11",
        "MAQUINADOS EJEMPLO SA DE CV",
        "MAQUINADOS EJEMPLO",
    )
    assert (one.scian, one.workers_from, one.workers_to, one.municipality) == ("332710", 51, 100, "EL MARQUÉS")
    assert (three.name, three.workers_from, three.workers_to) == ("LABORATORIO EJEMPLO, S.C.", 251, None)
    assert isinstance(refused, list)
    assert [(fault.column, fault.reason) for fault in refused] == [("cve_ent", "state_unknown")]


def test_of_whoever_may_be_a_natural_person_neither_name_nor_place_is_kept() -> None:
    kept = [entry(entries("denue.csv")[1]), entry(entries("denue.csv")[3]), entry(entries("retc.csv")[4])]
    for each in kept:
        assert (each.name, each.plant, each.latitude, each.longitude) == (None, None, None, None)
        assert "ANA" not in repr(each).upper()
    assert [each.scian for each in kept] == ["332710", "812110", "332810"]


def test_telephones_mail_addresses_and_streets_are_not_even_read() -> None:
    cells = {str(cell) for row in rows_of("denue.csv") for cell in (*row.cells.values(), *row.sent)}
    assert "900001" in cells
    assert [cell for cell in cells if "@" in cell or "555" in cell or "INVENTADA" in cell] == []


def test_a_row_that_lacks_all_but_its_number_and_state_is_kept() -> None:
    bare = of()
    assert (bare.name, bare.scian, bare.edition, bare.municipality) == (None, None, None, None)
    odd = of(scian="33637", lat="x", lon="-500", es_automotriz="tal vez", ultimo_anio="s/a", actividad="#N/A")
    assert odd == bare


@pytest.mark.parametrize(
    ("cells", "name", "plant"),
    [
        ({"razon_social": "SA", "planta": "N EJEMPLO SA DE CV,PLANTA 2"}, "SAN EJEMPLO SA DE CV", "PLANTA 2"),
        (
            {"razon_social": "FORJAS DE SA", "planta": "N EJEMPLO, S.A. DE C.V."},
            "FORJAS DE SAN EJEMPLO, S.A. DE C.V.",
            None,
        ),
        (
            {"razon_social": "FORJAS EJEMPLO SA", "planta": "PLANTA 2 SA DE CV"},
            "FORJAS EJEMPLO SA",
            "PLANTA 2 SA DE CV",
        ),
        ({"razon_social": "SA", "planta": "TALLER"}, None, None),
        ({"razon_social": "", "planta": "FORJAS EJEMPLO SA DE CV"}, "FORJAS EJEMPLO SA DE CV", None),
        ({"razon_social": "", "planta": "FRENOS Y A.C."}, None, None),
        ({"razon_social": "SA DE CV", "planta": "TALLER"}, None, None),
        ({"razon_social": "  FORJAS   EJEMPLO  SA DE CV"}, "FORJAS EJEMPLO SA DE CV", None),
    ],
)
def test_which_names_are_kept(cells: dict[str, str], name: str | None, plant: str | None) -> None:
    found = of(**cells)
    assert (found.name, found.plant) == (name, plant)


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"cve_ent": "11"}, "nra/id/clee", "register_unknown"),
        ({"nra": "EJE01"}, "cve_ent", "cell_missing"),
        ({"nra": "EJE01", "cve_ent": "33"}, "cve_ent", "state_unknown"),
        ({"nra": "E" * 61, "cve_ent": "11"}, "nra", "register_number_long"),
        ({"id": "1\u202e", "cve_ent": "11"}, "id", "cell_characters"),
    ],
)
def test_rows_that_are_no_plants(cells: dict[str, Any], column: str, reason: str) -> None:
    faults = read(Row(7, cells), None)
    assert isinstance(faults, list)
    assert [(fault.line, fault.column, fault.reason) for fault in faults] == [(7, column, reason)]
    assert all(fault.detail for fault in faults)


def test_texts_have_a_bound() -> None:
    assert len(of(actividad="x" * 5_000).activity) == 300
