"""A file of as many rows as may come in."""

import resource
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from tempfile import TemporaryFile
from time import monotonic
from typing import Any

import pytest

from services.registration.app import build
from services.registration.files import suppliers as supplier_file
from services.registration.files.supplier_columns import TEMPLATE
from services.registration.settings import RegistrationSettings
from shared.files.sheet import MAX_TEXT, read
from shared.testing.stage import StageUnderTest
from tests.conformance.stage import eventually
from tests.conftest import Migrated
from tests.registration.files_given import SUPPLIER
from tests.registration.suppliers import rfc

ROWS: int = RegistrationSettings.model_fields["import_max_rows"].default
MOST_GROWTH_MB = 150
"""Of the process that takes the file in: its rows are streamed."""


@pytest.fixture
async def stage(migrated: Migrated) -> AsyncIterator[StageUnderTest]:
    """With the limits that it has unless told otherwise."""
    built, _ = build()
    async with StageUnderTest(built, await migrated("registration")) as running:
        yield running


def lines(example: dict[str, str], rows: int) -> Iterator[str]:
    yield ",".join(example) + "\r\n"
    for number in range(rows):
        cells = example | {"rfc": rfc(number), "razon_social": f"Maquinados Ejemplo {number}"}
        yield ",".join(f'"{cell}"' for cell in cells.values()) + "\r\n"


def test_as_many_rows_as_may_come_in_may_say_one_of_each() -> None:
    """A row of the template says one of each of its columns."""
    longest = TEMPLATE.example | {"razon_social": "Maquinados Ejemplo del Bajío, S.A. de C.V."}
    text = "".join(lines(longest, 200)).encode()
    of_one = sum(map(len, longest.values()))
    _, found = read(BytesIO(text), supplier_file.wanted(ROWS))
    assert len([*found]) == 200
    assert of_one * ROWS <= MAX_TEXT


@pytest.mark.long
@pytest.mark.timeout(1_800)
async def test_as_many_rows_as_may_come_in_come_in(stage: StageUnderTest) -> None:
    """All of them, in memory that does not grow with them, and with progress to be seen meanwhile."""
    headers = stage.headers("operator")
    with TemporaryFile() as file:
        for line in lines(SUPPLIER, ROWS):
            file.write(line.encode())
        file.seek(0)
        before, begun = memory_mb(), monotonic()
        sent = await stage.client.post("/suppliers/imports", files={"file": ("file.csv", file)}, headers=headers)
    assert sent.status_code in (201, 202), sent.text
    seen: list[dict[str, Any]] = []

    async def ended() -> bool:
        seen.append((await stage.client.get(sent.headers["Location"], headers=headers)).json())
        return seen[-1]["ended_at"] is not None

    await eventually(ended, 3_000)
    seconds, report, progress = monotonic() - begun, seen[-1], [each["read"] for each in seen]
    # The figure of docs/benchmarks.md.
    print(f"\n{ROWS} rows in {seconds:.0f} s, {ROWS / seconds:.0f} rows/s, {memory_mb() - before} MB more")  # noqa: T201 - what a run says
    assert (report["state"], report["rows"], report["outcomes"]) == ("done", ROWS, {"registered": ROWS})
    assert progress == sorted(progress)
    assert len({*progress}) > 10
    assert memory_mb() - before < MOST_GROWTH_MB


def memory_mb() -> int:
    """The most that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
