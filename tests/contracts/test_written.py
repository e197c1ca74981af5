"""Wherever a date, a moment or a number comes in, it is what was written, and no text of digits passes for another."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from shared.contracts.event import EventData
from shared.contracts.times import Day, Moment, day_of, moment_of
from shared.files import cells
from shared.files.faults import CellRefusedError
from tests.contracts.test_bounds import EVENTS, asked, positions
from tests.http.services import SERVICES

TIMES: Mapping[str, Any] = {"date": Day, "datetime": Moment}
NO_TIMES = ["946684800", "0", "-1", "1e9", "20260502", "2026-W18-6", "2026-122", "2026-5-2", " 2026-05-02", "", "today"]
OF_A_DAY = ["2026-05-02T00:00:00Z", "2026-02-30", "0000-01-01", "٢٠٢٦-05-02"]
OF_A_MOMENT = [
    *("2026-05-02", "2026-05-02T09:30Z", "2026-05-02T09:30:00", "2026-05-02 09:30:00Z", "2026-05-02T25:00:00Z"),
    *("2026-05-02T09:30:00.1234567890Z", "2026-05-02T09:30:00+0600", "2026-05-02T09:30:00,5Z"),
]
NUMBERS = [946684800, 0, -1, 1.5, 1e-400, True]
NO_WHOLE = ['"5"', "true", "5.5", "1e-1", '""', "null", "[]"]


def parts(schema: Any, within: tuple[Any, ...] = ()) -> Iterator[tuple[dict[str, Any], tuple[Any, ...]]]:
    """Every node of a core schema, with what is around it, the nearest first."""
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield schema, within
            within = (schema, *within)
        for name, part in schema.items():
            if name not in {"metadata", "serialization", "default", "ref"}:
                yield from parts(part, within)
    elif isinstance(schema, (list, tuple)):
        for part in schema:
            yield from parts(part, within)


def checked(schema: Any, kinds: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each time or number of a schema, with the checks right around it."""
    for node, within in parts(schema):
        if node["type"] in kinds:
            outer = node
            for each in within:
                if not each["type"].startswith("function-"):
                    break
                outer = each
            yield node["type"], outer


def refused(schema: Any, given: object) -> bool:
    """As a value, as FastAPI has it, and as JSON."""
    validator = SchemaValidator(schema)
    try:
        validator.validate_python(given)
    except ValidationError:
        try:
            validator.validate_json(json.dumps(given))
        except ValidationError:
            return True
    return False


def of_times(schema: Any) -> Iterator[str]:
    """What a schema takes for a time, and is none."""
    for kind, node in checked(schema, {*TIMES}):
        for given in (*NO_TIMES, *NUMBERS, *(OF_A_DAY if kind == "date" else OF_A_MOMENT)):
            if not refused(node, given):
                yield f"{kind}: {given!r}"
        written = "2026-05-02" if kind == "date" else "2026-05-02T09:30:00Z"
        assert not refused(node, written)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_a_time_of_an_event_is_written_out(event: type[EventData]) -> None:
    assert [*of_times(TypeAdapter(event).core_schema)] == []


@pytest.mark.parametrize("stage", SERVICES)
def test_a_time_that_a_route_takes_is_written_out(stage: str) -> None:
    assert [f"{where} {found}" for where, schema in asked(stage) for found in of_times(schema)] == []


@pytest.mark.parametrize("type_", [*positions()])
def test_a_time_of_a_cursor_is_written_out(type_: Any) -> None:
    assert [*of_times(TypeAdapter(type_).core_schema)] == []


def test_the_walk_meets_times() -> None:
    found = {kind for stage in SERVICES for _, schema in asked(stage) for kind, _ in checked(schema, {*TIMES})}
    assert found == TIMES.keys()
    told = {kind for event in EVENTS for kind, _ in checked(TypeAdapter(event).core_schema, {*TIMES, "int"})}
    assert told == {*TIMES, "int"}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_a_number_of_an_event_is_a_number(event: type[EventData]) -> None:
    for _, node in checked(TypeAdapter(event).core_schema, {"int", "float", "decimal"}):
        validator = SchemaValidator(node)
        for given in NO_WHOLE:
            with pytest.raises(ValidationError):
                validator.validate_json(given)


def test_what_is_written_is_read_and_nothing_more() -> None:
    assert day_of("2026-05-02") == date(2026, 5, 2)
    assert TypeAdapter(Day).validate_python("2026-05-02") == date(2026, 5, 2)
    assert TypeAdapter(Day).validate_json('"2026-05-02"', strict=True) == date(2026, 5, 2)
    moment = datetime(2026, 5, 2, 9, 30, 0, 123456, tzinfo=UTC)
    for text in ("2026-05-02T09:30:00.123456Z", "2026-05-02t03:30:00.123456789-06:00", "2026-05-02T09:30:00.123456z"):
        assert moment_of(text) == TypeAdapter(Moment).validate_json(f'"{text}"', strict=True) == moment


NO_DAYS = [text for text in NO_TIMES if text != "2026-5-2"]
"""People leave the zeros out, and a spreadsheet adds midnight."""


@pytest.mark.parametrize("cell", [*NO_DAYS, "2026-02-30", "31/04/2026", "1/2/26", "46000", "02/05/2026 09:30"])
def test_a_date_of_a_cell_is_written_out(cell: str) -> None:
    with pytest.raises(CellRefusedError):
        cells.day(cell)


@pytest.mark.parametrize("cell", ["1e-400", "1e5", "1e400", "0.5.5", "٥", "1_000", "1,0,0", "-1", "0x10"])
def test_a_number_of_a_cell_is_written_out(cell: str) -> None:
    for read in (cells.whole, cells.amount, cells.share):
        with pytest.raises(CellRefusedError):
            read(cell)
