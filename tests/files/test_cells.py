from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.files.cells import (
    YES_NO,
    Column,
    Digits,
    amount,
    area,
    choice,
    codes,
    day,
    pairs,
    parts,
    share,
    text,
    values,
    whole,
)
from shared.files.faults import CellRefusedError, RowFault, row_fault
from shared.files.rows import Row
from shared.files.trade import QMS


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (whole, "0", 0),
        (whole, "1,250,000", 1_250_000),
        (amount, "100000000", Decimal(100_000_000)),
        (amount, "$ 1,234.50", Decimal("1234.50")),
        (whole, "51.0", 51),
        (whole, "1.250.000", 1_250_000),
        (whole, "1'250,000", 1_250_000),
        (whole, "1 250 000", 1_250_000),
        (amount, "1.234,50", Decimal("1234.50")),
        (amount, "1,234.50", Decimal("1234.50")),
        (amount, "1234,5", Decimal("1234.5")),
        (amount, "$1'250,000.00 M.N.", Decimal(1_250_000)),
        (amount, "MXN 1 250 000,00", Decimal(1_250_000)),
        (amount, "0.125", Decimal("0.125")),
        (share, "97,25", 9_725),
        (share, "98.25", 9_825),
        (share, "98.2", 9_820),
        (share, "100", 10_000),
        (share, "0.01 %", 1),
        (share, "62.500", 6_250),
        (share, "0", 0),
        (share, "1.01", 101),
        (day, "2026-05-01", date(2026, 5, 1)),
        (day, "15/03/1998", date(1998, 3, 15)),
        (day, "1-5-2026", date(2026, 5, 1)),
        (day, "03/04/2026", date(2026, 4, 3)),
        (day, "15.03.1998", date(1998, 3, 15)),
        (day, "2026/5/1", date(2026, 5, 1)),
        (day, "15/03/1998 00:00:00", date(1998, 3, 15)),
        (day, "1-may-2026", date(2026, 5, 1)),
        (day, "1 de Septiembre de 2026", date(2026, 9, 1)),
        (day, "7/sep./2026", date(2026, 9, 7)),
        (area, "p1", "P01"),
        (area, "P-14", "P14"),
        (area, "35", "P35"),
        (area, "P14, P15", "P14, P15"),
        *((YES_NO, cell, True) for cell in ("Sí", "si", "SI", "x", "X", "VERDADERO")),
        *((YES_NO, cell, False) for cell in ("No", "n", "FALSO")),
        *((QMS, cell, "iso_9001") for cell in ("ISO 9001:2015", "ISO9001", "iso-9001", "Iso 9001")),
        *((QMS, cell, "iatf_16949") for cell in ("IATF 16949:2016", "IATF16949", "IATF-16949")),
        (QMS, "Ninguna", "none"),
        (Digits(5), "1001", "01001"),
        (choice({"si": True, "no": False}), "Sí", True),
        (choice({"negativa_con_plan": 1}), "Negativa con plan", 1),
        (choice({"iatf_16949": 1}), " IATF  16949", 1),
        (parts, "acero; aluminio;;", ("acero", "aluminio")),
        (codes, "cqi-9; T04;;", ("CQI-9", "T04")),
        (pairs, "cqi-9:2026-05-01; CQI-11 : 2026-03-02", [("CQI-9", date(2026, 5, 1)), ("CQI-11", date(2026, 3, 2))]),
    ],
)
def test_cells_as_people_write_them(parse: Callable[[str], Any], cell: str, value: object) -> None:
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "reason"),
    [
        (whole, "1.5", "cell_number"),
        (whole, "-1", "cell_number"),
        (whole, "12,50", "cell_number"),
        (whole, "9" * 5_000, "cell_number"),
        (whole, "٣", "cell_number"),
        (whole, "1.250", "cell_number"),
        (amount, "1.250", "cell_number"),
        (amount, "1250,500", "cell_number"),
        (amount, "12,34,56", "cell_number"),
        (amount, "1.234,567.00", "cell_number"),
        (amount, "-5", "cell_number"),
        (amount, "1.5 mdp", "cell_number"),
        (QMS, "ISO 9001:2008", "cell_choice"),
        (QMS, "ISO/TS 16949", "cell_choice"),
        (QMS, "ISO 9001 / IATF 16949", "cell_choice"),
        (QMS, "?", "cell_choice"),
        (amount, "mucho", "cell_number"),
        (share, "98.255", "cell_share"),
        (share, "-1", "cell_share"),
        (share, "1000", "cell_share"),
        (share, "0.97", "cell_share"),
        (share, "1", "cell_share"),
        (share, "9700%", "cell_share"),
        (day, "12/31/2025", "cell_date"),
        (day, "31/12/25", "cell_date"),
        (day, "42078", "cell_date"),
        (day, "1 de mayodos de 2026", "cell_date"),
        (day, "15/03/1998 08:30", "cell_date"),
        (day, "2025-02-30", "cell_date"),
        (day, "20250101", "cell_date"),
        (choice({"si": True}), "quizá", "cell_choice"),
        (pairs, "CQI-9", "cell_pairs"),
        (pairs, "CQI-9:mayo", "cell_date"),
    ],
)
def test_a_cell_that_cannot_be_read(parse: Callable[[str], Any], cell: str, reason: str) -> None:
    with pytest.raises(CellRefusedError) as caught:
        parse(cell)
    assert caught.value.reason == reason
    assert cell not in caught.value.params.values()


@given(st.integers(0, 10_000))
def test_two_decimals_of_a_percentage_become_basis_points_exactly(points: int) -> None:
    assert share(f"{points // 100}.{points % 100:02} %") == points


@pytest.mark.parametrize("shown", ["#REF!", "#N/A"])
def test_the_error_of_a_formula_is_no_text(shown: str) -> None:
    assert values([Column("rfc", "rfc", text)], Row(7, {"rfc": shown})) == ({}, [row_fault(7, "rfc", "cell_error")])


def test_all_that_is_wrong_in_a_row_is_reported_with_its_column() -> None:
    columns = (Column("rfc", "rfc", text, required=True), Column("a", "b", whole), Column("c", "d", whole))
    found, faults = values(columns, Row(7, {"a_1": "x", "c_1": "3"}), "_1")
    assert found == {"d": 3}
    assert [(fault.line, fault.column, fault.reason) for fault in faults] == [
        (7, "rfc_1", "cell_missing"),
        (7, "a_1", "cell_number"),
    ]
    assert all(isinstance(fault, RowFault) for fault in faults)


def test_a_day_is_not_guessed_where_another_one_of_its_column_has_the_month_first() -> None:
    columns = (Column("desde", "since", day), Column("cqi", "cqi", pairs), Column("nombre", "name", text))
    doubtful = {"desde": "03/04/2026", "cqi": "CQI-9:05/06/2026", "nombre": "Turno 07/08/2026"}
    clear = {"desde": "15/03/2026", "cqi": "CQI-9:2026-06-05;CQI-11:06/06/2026"}
    months = frozenset({"desde", "cqi"})
    _, faults = values(columns, Row(2, doubtful, month_first=months))
    assert [(fault.column, fault.message) for fault in faults] == [
        ("desde", "cell_date.either"),
        ("cqi", "cell_date.either"),
    ]
    assert values(columns, Row(2, clear, month_first=months))[1] == []
    assert values(columns, Row(2, doubtful))[1] == []
