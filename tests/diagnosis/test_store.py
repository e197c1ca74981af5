from typing import Any

import pytest

from services.diagnosis import store
from services.diagnosis.domain.applicability import Offering
from services.diagnosis.domain.diagnosis import Diagnosis, align, receive_evidence
from services.diagnosis.domain.rescoring import Rescoring, rescore
from services.diagnosis.store import diagnoses, lacks
from shared.runtime.database import Database
from tests.diagnosis.builders import (
    EVIDENCE,
    INSTRUMENTS,
    NOW,
    SUPPLIER,
    ask,
    assessed,
    completed,
    done,
    levels_at,
    opened,
    submitted,
    withdrawn,
)


def rescored() -> Diagnosis:
    diagnosis = receive_evidence(completed(levels_at(3, A01=0, T12=None), ask(T04=4)), ("A01",), EVIDENCE)
    return done(rescore(diagnosis, Rescoring("A01", 3, EVIDENCE, "seen", "assessor", NOW), INSTRUMENTS))


async def save(database: Database, diagnosis: Diagnosis, *, new: bool = True) -> None:
    async with database.transaction() as connection:
        await diagnoses.save_many(connection, [diagnosis] if new else [], [] if new else [diagnosis])


async def gaps(database: Database) -> list[tuple[Any, ...]]:
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT question, priority, severity FROM gap ORDER BY priority")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "diagnosis",
    [
        Diagnosis(SUPPLIER, offering=Offering(("P04",), ("CQI-9",))),
        opened(ask(T04=4)),
        submitted(levels_at(3)),
        assessed(levels_at(3, T12=None)),
        rescored(),
    ],
    ids=["waiting", "open", "submitted", "assessed", "rescored"],
)
async def test_what_was_saved_is_loaded(database: Database, diagnosis: Diagnosis) -> None:
    await save(database, diagnosis)
    async with database.transaction() as connection:
        assert await diagnoses.load_many(connection, [SUPPLIER]) == {SUPPLIER: diagnosis}
        assert await store.diagnosis_of(connection, SUPPLIER) == diagnosis


async def test_the_gap_table_follows_the_locked_version(database: Database) -> None:
    before = completed(levels_at(3, A01=0, T07=2))
    await save(database, before)
    assert await gaps(database) == [("A01", 1, "critical"), ("T07", 2, "minor")]
    closed = done(
        rescore(before, Rescoring("A01", 3, None, "seen", "assessor", NOW, NOW.date(), record="acta 4"), INSTRUMENTS)
    )
    await save(database, closed, new=False)
    assert await gaps(database) == [("T07", 1, "minor")]
    none = done(rescore(closed, Rescoring("T07", 3, None, "seen", "assessor", NOW, NOW.date()), INSTRUMENTS))
    await save(database, none, new=False)
    assert await gaps(database) == []


async def test_a_list_shows_what_counts_and_can_be_paged(database: Database) -> None:
    await save(database, completed(levels_at(3, A01=0)))
    async with database.connection() as connection:
        (one,) = await store.page(connection, "completed", None, None, 10)
        assert (one.supplier_id, one.version, one.band, one.critical_gaps) == (SUPPLIER, 1, "C1", 1)
        assert await store.page(connection, "open", None, None, 10) == []
        assert await store.page(connection, None, None, SUPPLIER, 10) == []


async def test_what_the_program_lacks_leaves_out_who_withdrew(database: Database) -> None:
    diagnosis = completed(levels_at(3, T07=1))
    await save(database, diagnosis)
    async with database.session() as session:
        (lack,) = await lacks.lacks(session)
    assert (lack.question, lack.severity, lack.suppliers, lack.levels) == ("T07", "major", 1, 2)
    await save(database, withdrawn(diagnosis), new=False)
    async with database.session() as session:
        assert await lacks.lacks(session) == []


async def test_new_targets_rewrite_the_gaps(database: Database) -> None:
    before = completed(levels_at(3))
    await save(database, before)
    await save(database, align(before, [ask(T04=4)], INSTRUMENTS), new=False)
    assert await gaps(database) == [("T04", 1, "minor")]
