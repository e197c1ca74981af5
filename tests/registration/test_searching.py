"""Firms are found by what operators know of them, and never by reading all of them."""

import json
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from services.registration.domain.sought import Sought
from services.registration.store.sealed import index_of
from services.registration.store.searching import looking, page_of_suppliers
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import registered
from tests.registration.given import DOUBTFUL_RFC, OTHER_RFC

PAGE, FIRMS = 51, 6_000
MANY = f"""
    INSERT INTO supplier SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', overlay(given.id::text placing lpad(to_hex(number), 6, '0') from 1 for 6),
        'folio', 'X-' || number, 'rfc', 'X' || number,
        'name_key', 'FIRMA ' || chr(65 + number % 26) || chr(65 + number / 26 % 26) || ' ' || number,
        'marks', jsonb_build_array('state:' || lpad((1 + number % 32)::text, 2, '0'), 'area:P' || number % 35)
    ))).* FROM (SELECT supplier AS one, id FROM supplier LIMIT 1) AS given, generate_series(1, {FIRMS}) AS number
"""
BY: tuple[dict[str, Any], ...] = (
    {"status": "held"},
    {"hold": "rfc_check_digit"},
    {"state": "22", "area": "P14", "stratum": "medium"},
    {"scian": "3327", "status": "registered"},
    {"name": "maquin ejem"},
    {"name": "maquinados", "state": "22"},
    {"rfc": OTHER_RFC},
    {"folio": "PDP-000001"},
    {},
)


@pytest.fixture
async def three(stage: StageUnderTest) -> StageUnderTest:
    await registered(stage, legal_name="Forjas del Bajío, S. de R.L. de C.V.")
    await registered(
        stage, rfc=OTHER_RFC, legal_name="Maquinados Ejemplo SA de CV", scian="336370", state="11", municipality=None
    )
    await registered(stage, rfc=DOUBTFUL_RFC, legal_name="Ana Ñandú Bajío")
    return stage


FITTING: tuple[tuple[dict[str, Any], list[int]], ...] = (
    ({"name": "bajio"}, [1, 3]),
    # A natural person's words are found whole: what stands for them has no beginnings.
    ({"name": "BAJÍO ÑAN"}, []),
    ({"name": "BAJÍO ÑANDÚ"}, [3]),
    ({"name": "forjas sa de cv"}, [1]),
    ({"name": "orjas"}, []),
    ({"name": "del Baj."}, [1]),
    ({"folio": "2"}, [2]),
    ({"folio": "pdp-000002"}, [2]),
    ({"rfc": "vace-460910-sx6"}, [3]),
    ({"state": "22"}, [1, 3]),
    ({"scian": "3363"}, [2]),
    ({"scian": "33"}, [1, 2, 3]),
    ({"area": "P14"}, [1, 2, 3]),
    ({"area": "P01"}, []),
    ({"stratum": "medium", "state": "11"}, [2]),
    ({"status": "held"}, [3]),
    ({"hold": "rfc_check_digit"}, [3]),
    ({"hold": "rfc_disputed"}, []),
    ({"name": "bajio", "status": "registered"}, [1]),
    ({"name": "''; & | ! <->"}, []),
    ({}, [1, 2, 3]),
)


async def test_whatever_is_asked_for_has_to_fit(three: StageUnderTest) -> None:
    for wanted, folios in FITTING:
        found = await page_of_suppliers(three.database, Sought(**wanted), None, 10)
        assert [each.folio for each in found] == [f"PDP-{number:06}" for number in folios], wanted


async def test_a_list_goes_on_behind_the_last_of_its_page(three: StageUnderTest) -> None:
    first, *_ = await page_of_suppliers(three.database, Sought(name="bajio"), None, 1)
    (second,) = await page_of_suppliers(three.database, Sought(name="bajio"), first.id, 10)
    assert (first.folio, second.folio) == ("PDP-000001", "PDP-000003")


def _read(plan: dict[str, Any]) -> int:
    """Rows that a plan's scans looked at."""
    own = 0
    if "Scan" in plan["Node Type"] and "Bitmap Index" not in plan["Node Type"]:
        assert plan["Node Type"] != "Seq Scan", "reads the whole table"
        own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return int(own * plan["Actual Loops"]) + sum(_read(inner) for inner in plan.get("Plans", ()))


async def test_no_search_reads_the_whole_table(three: StageUnderTest) -> None:
    """Among many firms, of which those that are sought are few and came last."""
    await three.rows(MANY)
    await three.rows("VACUUM ANALYZE supplier")
    async with three.database.connection() as connection:
        index = await index_of(connection)
    for wanted in BY:
        compiled = looking(Sought(**wanted), None, PAGE, index).compile(dialect=PGDialect_asyncpg())
        values = [compiled.params[name] for name in compiled.positiontup or ()]
        given = [json.dumps(value) if isinstance(value, list) else value for value in values]
        (row,) = await three.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}", *given)
        assert _read(json.loads(row["QUERY PLAN"])[0]["Plan"]) < FIRMS / 20, wanted
