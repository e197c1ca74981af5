"""A selection among very many firms goes through memory in parts, and is one decision all the same."""

import asyncio
import sys
from collections import OrderedDict
from typing import Any

import httpx
import pytest

from services.development import store
from services.development.api import selecting, selection
from services.development.domain.candidate import Candidate, Match
from services.development.solver.asked import Answered, Asked
from services.development.solver.child import answer
from shared.messaging.commands import CommandUnit
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import ANY, get, open_cohort, post, ready

FIRMS, MOST_MB = 10_000, 200
QUESTIONS = [f"{dimension}{number:02}" for dimension in "TOCFGA" for number in range(1, 6)]

_MANY = """
    INSERT INTO candidate
    SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid()))).*
    FROM candidate AS c, generate_series(1, $1::int)
"""


def _firm() -> Candidate:
    """One of which much is known."""
    gaps = tuple(given.gap(question) for question in QUESTIONS)
    matches = tuple(Match(given.requirement(place), 8_000 + place) for place in range(20))
    return Candidate(given.supplier(1), "PDP-1", "Firma", given.IN_ORDER, False, matches, given.diagnosis(gaps=gaps))


@pytest.mark.long
async def test_a_selection_among_thousands_takes_a_process_less_than_200_mb(stage: StageUnderTest) -> None:
    cohort = await open_cohort(stage, 55)
    async with stage.database.transaction() as connection:
        await store.candidates.save_many(connection, [_firm()], [])
        await connection.execute(_MANY, FIRMS - 1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.development.selecting", stage.database.url, cohort),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    firms, selected, agree, peak = out.decode().splitlines()[-1].split()
    assert (int(firms), int(selected), agree) == (FIRMS, 55, "True")
    assert int(peak) < MOST_MB
    counts = await stage.rows("SELECT type, count(*) FROM journal GROUP BY type ORDER BY type")
    assert [row["count"] for row in counts] == [FIRMS - 55, 55]


async def test_in_parts_or_whole_it_says_the_same(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 6):
        await ready(stage, number, 9_000 - 500 * number, "T04")
    cohort = f"/cohorts/{await open_cohort(stage, 2)}"
    whole = [_line(each) for each in (await get(stage, f"{cohort}/preview"))["items"]]
    for module in (selecting, selection):
        monkeypatch.setattr(module, "PART", 2)
    ranking = [_line(each) for each in (await get(stage, f"{cohort}/preview"))["items"]]
    page = await get(stage, f"{cohort}/preview?limit=2&after=2")
    said = await post(stage, f"{cohort}/selection")
    listed = [_line(each) for each in (await get(stage, f"{cohort}/candidates"))["items"]]
    assert whole == ranking == listed
    assert ([_line(each) for each in page["items"]], page["next"]) == (whole[2:4], "4")
    assert (said["candidates"], said["selected"], sum(said["reasons"].values())) == (5, 2, 5)
    assert sorted(key for _, key, _ in await stage.told()) == [given.supplier(number) for number in range(1, 6)]
    acts = await stage.rows("SELECT about FROM audit WHERE action = 'development:cohort:selected'")
    assert len(acts) == 6, "each firm, and the cohort"


async def test_a_selection_that_fails_in_a_later_part_has_said_nothing(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        await ready(stage, number, 8_000, "T04")
    cohort = f"/cohorts/{await open_cohort(stage, 2)}"
    for module in (selecting, selection):
        monkeypatch.setattr(module, "PART", 2)
    with monkeypatch.context() as broken:
        flushed = CommandUnit.flush_part
        parts: list[None] = []

        async def third(unit: CommandUnit) -> None:
            await flushed(unit)
            parts.append(None)
            if len(parts) == 5:
                raise ZeroDivisionError

        broken.setattr(CommandUnit, "flush_part", third)
        headers = stage.headers(Role.OPERATOR) | ANY
        assert (await stage.client.post(f"{cohort}/selection", headers=headers)).status_code == 500
    assert await stage.told() == []
    assert await stage.rows("SELECT FROM outcome") == []
    assert (await get(stage, cohort))["status"] == "open"
    assert (await post(stage, f"{cohort}/selection"))["candidates"] == 5


async def test_what_is_selected_is_what_the_preview_showed_or_nothing(stage: StageUnderTest) -> None:
    """Seen: one place, and the preview says the first firm; a better one is diagnosed, and was selected unseen."""
    await ready(stage, 1, 8_000, "T04")
    cohort = f"/cohorts/{await open_cohort(stage, 1)}"

    async def preview() -> httpx.Response:
        return await stage.client.get(f"{cohort}/preview?limit=1", headers=stage.headers(Role.OPERATOR))

    async def select(seen: httpx.Response) -> httpx.Response:
        headers = stage.headers(Role.OPERATOR) | {"If-Match": seen.headers["ETag"], "Accept-Language": "en"}
        return await stage.client.post(f"{cohort}/selection", headers=headers)

    seen = await preview()
    assert (await preview()).headers["ETag"] == seen.headers["ETag"]
    await ready(stage, 2, 9_000, "T04")
    moved = await select(seen)
    assert (moved.status_code, moved.json()["title"]) == (412, "version_differs")
    assert "are others than those that the preview showed" in moved.json()["detail"]
    assert (await get(stage, cohort))["status"] == "open"
    again = await preview()
    assert moved.headers["ETag"] == again.headers["ETag"]
    assert (await select(again)).status_code == 200
    (chosen,) = (await get(stage, f"{cohort}/candidates?selected=true"))["items"]
    assert chosen["supplier_id"] == again.json()["items"][0]["supplier_id"] == str(given.supplier(2))


async def test_what_moves_while_it_is_solved_is_not_selected_unseen(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(stage, 1, 8_000, "T04")
    cohort = f"/cohorts/{await open_cohort(stage, 1)}"
    seen = await stage.client.get(f"{cohort}/preview", headers=stage.headers(Role.OPERATOR))

    async def meanwhile(what: Asked) -> Answered:
        await ready(stage, 2, 9_000, "T04")
        return answer(what)

    monkeypatch.setattr(selecting, "_known", OrderedDict())
    monkeypatch.setattr(selecting, "solve", meanwhile)
    headers = stage.headers(Role.OPERATOR) | {"If-Match": seen.headers["ETag"]}
    assert (await stage.client.post(f"{cohort}/selection", headers=headers)).status_code == 412
    assert await stage.rows("SELECT FROM outcome") == []


def _line(shown: dict[str, Any]) -> dict[str, Any]:
    return shown | {"decided_at": ""}
