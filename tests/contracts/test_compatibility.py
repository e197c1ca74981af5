"""The published language may grow, never break."""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import pytest
from pydantic import Field
from pydantic.fields import FieldInfo

from shared.contracts.event import EventData
from shared.messaging.topics import EVENT_TYPES
from shared.testing.compatibility import problems, refusals, schema_of, write


class Before(EventData):
    TYPE: ClassVar[str] = "test.before"

    id: UUID

    size: Literal["small", "large"]
    count: int = Field(ge=0)
    note: str | None = None
    parts: tuple[int, ...] = ()

    @property
    def key(self) -> UUID:
        return self.id


def _like(**changes: object) -> type[EventData]:
    fields = {
        "id": (UUID, ...),
        "size": (Literal["small", "large"], ...),
        "count": (int, Field(ge=0)),
        "note": (str | None, None),
        "parts": (tuple[int, ...], ()),
    }
    chosen: dict[str, Any] = {name: value for name, value in (fields | changes).items() if value is not None}
    bounds = {name: second for name, (_, second) in chosen.items() if isinstance(second, FieldInfo)}
    types = {name: Annotated[type_, bounds.get(name)] for name, (type_, _) in chosen.items()}
    defaults = {name: second for name, (_, second) in chosen.items() if second is not ... and name not in bounds}
    return type("After", (EventData,), {"__annotations__": types, **defaults})


COMPATIBLE = {
    "the same": {},
    "an optional field more": {"colour": (str | None, None)},
    "an optional field less": {"note": None},
}
BREAKING = {
    "a required field more": {"colour": (str, ...)},
    "a required field less": {"count": None},
    "an optional field becomes required": {"note": (str | None, ...)},
    "a required field becomes optional": {"size": (Literal["small", "large"], "small")},
    "another type": {"count": (str, ...)},
    "a value more": {"size": (Literal["small", "large", "huge"], ...)},
    "a value less": {"size": (Literal["small"], ...)},
    "a tighter bound": {"count": (int, Field(ge=1))},
    "a looser bound": {"count": (int, ...)},
    "other items": {"parts": (tuple[str, ...], ())},
    "null allowed": {"count": (int | None, ...)},
}


def _full(after: type[EventData]) -> list[str]:
    before, now = schema_of(Before), schema_of(after)
    return refusals(before, now) + refusals(now, before)


@pytest.mark.parametrize("changes", COMPATIBLE.values(), ids=COMPATIBLE.keys())
def test_a_compatible_change_passes(changes: dict[str, object]) -> None:
    assert _full(_like(**changes)) == []


@pytest.mark.parametrize("changes", BREAKING.values(), ids=BREAKING.keys())
def test_a_breaking_change_is_refused(changes: dict[str, object]) -> None:
    assert _full(_like(**changes)) != []


PUBLISHED = [event for event in EVENT_TYPES.values() if event.__module__.startswith("shared.")]


@pytest.mark.parametrize("event", PUBLISHED, ids=[event.TYPE for event in PUBLISHED])
def test_every_event_is_committed_and_compatible_with_every_version(event: type[EventData]) -> None:
    assert problems(event) == []


def test_an_uncommitted_schema_is_a_problem_until_it_is_written(tmp_path: Path) -> None:
    event = next(iter(EVENT_TYPES.values()))
    assert "not committed" in problems(event, tmp_path)[0]
    write(tmp_path)
    assert problems(event, tmp_path) == []


def test_a_break_is_not_written(tmp_path: Path) -> None:
    event = next(iter(EVENT_TYPES.values()))
    write(tmp_path)
    path = tmp_path / event.TYPE / "1.json"
    path.write_text(path.read_text().replace('"required": [', '"required": [\n  "gone",', 1))
    assert write(tmp_path) == []
    assert "required to read" in problems(event, tmp_path)[0]
