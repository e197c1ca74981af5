"""The file of requirements: one per row, its columns in Spanish."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.matching.asked import AskedSpecification
from services.matching.domain.reasons import RowReason
from services.matching.files.table import Row, read

QMS = {"ninguno": "none", "documentado": "documented", "iso_9001": "iso_9001", "iatf_16949": "iatf_16949"}
YES_NO = {"si": True, "no": False}
ANCHOR = "tractora"

_WHOLE = re.compile(r"[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3}){1,3}")
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2})0*)?")
_LEVEL = re.compile(r"([A-Z][0-9]{2}) ?: ?([0-9])")


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """A row that can go in: its line, the anchor's code (None: not given), and what is asked."""

    line: int
    anchor_code: str | None
    asked: AskedSpecification


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one row. The detail says what would be right and quotes nothing of it."""

    line: int
    column: str
    reason: RowReason
    detail: str


class CellRefusedError(Exception):
    """A cell cannot be read."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def read_requirements(content: bytes, *, max_rows: int) -> tuple[list[RequirementRow], list[RowFault]]:
    """The rows that can go in, and what is wrong with the others. Raises FileRefusedError for the file as a whole."""
    required = [column.name for column in COLUMNS if column.required]
    optional = [ANCHOR, *(column.name for column in COLUMNS if not column.required)]
    rows: list[RequirementRow] = []
    faults: list[RowFault] = []
    for row in read(content, required=required, optional=optional, max_rows=max_rows):
        asked, wrong = _asked(row)
        faults += wrong
        if asked is not None:
            code = row.cells.get(ANCHOR)
            rows.append(RequirementRow(row.line, code.upper() if code else None, asked))
    return rows, faults


def _asked(row: Row) -> tuple[AskedSpecification | None, list[RowFault]]:
    values, faults = _values(row)
    if faults:
        return None, faults
    try:
        return AskedSpecification.model_validate(values), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        wrong = {COLUMN_OF[str(each["loc"][0])]: each["msg"] for each in reversed(found)}
        return None, [RowFault(row.line, column, "cell_value", f"{text}.") for column, text in wrong.items()]


def _values(row: Row) -> tuple[dict[str, Any], list[RowFault]]:
    values: dict[str, Any] = {}
    faults: list[RowFault] = []
    for column in COLUMNS:
        cell = row.cells.get(column.name)
        if cell is None and column.required:
            faults.append(RowFault(row.line, column.name, "cell_missing", "This cell must not be blank."))
        if cell is None:
            continue
        try:
            values[column.field] = column.parse(cell)
        except CellRefusedError as error:
            faults.append(RowFault(row.line, column.name, "cell_value", error.detail))
    return _with_envelope(values, row.line, faults), faults


def _with_envelope(values: dict[str, Any], line: int, faults: list[RowFault]) -> dict[str, Any]:
    """The three columns of the part's sides become one field: all or none of them."""
    sides = {name: values.pop(name) for name in SIDES if name in values}
    if len(sides) == len(SIDES):
        values["envelope_mm"] = tuple(sides[name] for name in SIDES)
    elif sides:
        given_wrong = {fault.column for fault in faults}
        missing = [name for name in SIDES if name not in sides and name not in given_wrong]
        faults += [RowFault(line, name, "cell_missing", "Give all three sides of the part.") for name in missing]
    return values


def _text(cell: str) -> str:
    return cell


def _whole(cell: str) -> int:
    if _WHOLE.fullmatch(cell) is None:
        raise CellRefusedError("This is a whole number, not below zero.")
    return int(cell.replace(",", ""))


def _share(cell: str) -> int:
    found = _SHARE.fullmatch(cell.removesuffix("%").strip())
    if found is None:
        raise CellRefusedError("This is a percentage with at most two decimals.")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise CellRefusedError("This is a date that exists, as YYYY-MM-DD.") from None


def _state(cell: str) -> str:
    """A workbook drops the leading zero of a key."""
    return cell.zfill(2)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(part.upper() for part in _parts(cell))


def _levels(cell: str) -> dict[str, int]:
    levels: dict[str, int] = {}
    for part in _codes(cell):
        found = _LEVEL.fullmatch(part)
        if found is None or found[1] in levels:
            raise CellRefusedError("This is a list of question and level, each question once, as T04:4;O01:3.")
        levels[found[1]] = int(found[2])
    return levels


def _one_of(choices: dict[str, Any]) -> Callable[[str], Any]:
    def parse(cell: str) -> Any:  # noqa: ANN401 - whatever the choices give
        plain = unicodedata.normalize("NFD", cell.casefold())
        word = "_".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())
        if word not in choices:
            raise CellRefusedError(f"This is one of: {', '.join(choices)}.")
        return choices[word]

    return parse


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, the field that it fills, and how its cells are read."""

    name: str
    field: str
    parse: Callable[[str], Any]
    required: bool = False


SIDES = ("largo_mm", "ancho_mm", "alto_mm")

COLUMNS = (
    Column("area", "area", str.upper, required=True),
    Column("titulo", "title", _text, required=True),
    Column("materiales", "materials", _parts),
    Column("fuerza_t", "force_t", _whole),
    *(Column(name, name, _whole) for name in SIDES),
    Column("tolerancia_um", "tolerance_um", _whole),
    Column("volumen_anual", "annual_volume", _whole, required=True),
    Column("plazo_dias", "lead_time_days", _whole),
    Column("sgc", "qms", _one_of(QMS)),
    Column("sgc_dispensable", "qms_waivable", _one_of(YES_NO)),
    Column("procesos_especiales", "special_processes", _codes),
    Column("ppm_max", "ppm_max", _whole),
    Column("otif_pct_min", "otif_bp_min", _share),
    Column("vcr_pct_min", "regional_value_bp_min", _share),
    Column("estado_planta", "plant_state", _state, required=True),
    Column("metas", "targets", _levels),
    Column("indispensables", "must_have", _codes),
    Column("vigente_hasta", "open_until", _day, required=True),
)


def _column_of(columns: Iterable[Column]) -> dict[str, str]:
    return {column.field: column.name for column in columns} | {"envelope_mm": SIDES[0]}


COLUMN_OF = _column_of(COLUMNS)
