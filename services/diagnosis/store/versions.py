"""Locked versions, as the journal keeps what was told of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored, Result
from shared.messaging import journal
from shared.runtime.database import Connection

AT_ONCE = 100
"""Versions of one firm that are read together; few firms have as many."""


@dataclass(frozen=True, slots=True)
class Version:
    """A locked version as it was told."""

    position: int
    """Among those of its firm, from 1."""
    number: int
    """As it was told: the position, but behind numbers that a store which was set back may have told before."""
    because: Literal["validated", "rescored", "measured"]
    """`measured`: the same levels, against what was asked from then on."""
    instrument: str
    levels: Mapping[str, int | None]
    not_applicable: tuple[str, ...]
    result: Result
    validated_at: datetime
    locked_at: datetime


async def page_of_versions(connection: Connection, supplier_id: UUID, after: int, limit: int) -> list[Version]:
    """Every locked version of one diagnosis, in their order: each was told, and the journal keeps what was."""
    types = (DiagnosisCompleted, GapRescored)
    found: list[Version] = []
    for entry in await journal.told(connection, supplier_id, types, after, limit, whole=DiagnosisCompleted):
        found.append(_version(entry, found[-1] if found else None))
    return [version for version in found if version.position > after]


async def version_of(connection: Connection, supplier_id: UUID, number: int) -> Version | None:
    """The version that was told by this number."""
    after = 0
    while found := await page_of_versions(connection, supplier_id, after, AT_ONCE):
        for version in found:
            if version.number == number:
                return version
        after = found[-1].position
    return None


def _version(entry: journal.Told, before: Version | None) -> Version:
    told = entry.data
    if isinstance(told, DiagnosisCompleted):
        same = before is not None and before.validated_at == told.validated_at
        because: Literal["validated", "measured"] = "measured" if same else "validated"
        facts = (told.instrument, told.levels, told.not_applicable, told.result, told.validated_at)
        return Version(entry.number, told.version, because, *facts, entry.recorded_at)
    if before is None or not isinstance(told, GapRescored):
        raise ValueError("a validated version comes first")
    levels = {**before.levels, told.question: told.level_after}
    left_out = tuple(code for code in before.not_applicable if levels[code] is None)
    facts = (told.instrument, levels, left_out, told.result, before.validated_at)
    return Version(entry.number, told.version, "rescored", *facts, entry.recorded_at)
