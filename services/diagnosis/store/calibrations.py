"""Pairs of levels that two assessors gave, neither knowing the other's: facts, which no reopening takes away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from services.diagnosis.domain.agreement import Sums
from services.diagnosis.domain.calibration import Standing
from services.diagnosis.domain.diagnosis import Diagnosis
from shared.runtime.database import Connection, columns

_KEEP = """
    INSERT INTO pair (supplier_id, round, question, instrument, first, second, first_by, second_by)
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[])
    ON CONFLICT DO NOTHING
"""
_SUMS = """
    SELECT kind, of, count(*) AS pairs, sum(x) AS x, sum(y) AS y, sum(x * x) AS xx, sum(y * y) AS yy,
        sum((x - y) * (x - y)) AS squares, count(*) FILTER (WHERE x = y) AS exact,
        count(*) FILTER (WHERE abs(x - y) >= $2) AS apart
    FROM (
        SELECT 'all' AS kind, '' AS of, first AS x, second AS y FROM pair WHERE instrument = $1
        UNION ALL SELECT 'question', question, first, second FROM pair WHERE instrument = $1
        UNION ALL SELECT 'assessor', first_by, first, second FROM pair WHERE instrument = $1
        UNION ALL SELECT 'assessor', second_by, second, first FROM pair WHERE instrument = $1
    ) AS given
    GROUP BY kind, of ORDER BY kind, of
"""
STANDINGS = "SELECT standing, count(*) FROM diagnosis WHERE standing IS NOT NULL AND NOT withdrawn GROUP BY standing"
HELD = """
    SELECT standing, extract(epoch FROM now() - min(since))::bigint FROM (
        SELECT standing, CASE standing WHEN 'out' THEN (calibration ->> 'compared_at')::timestamptz ELSE least(
            CASE status WHEN 'assessed' THEN (assessment ->> 'at')::timestamptz END,
            (calibration -> 'sheet' ->> 'at')::timestamptz
        ) END AS since
        FROM diagnosis
        WHERE standing IN ('drawn', 'out') AND status IN ('submitted', 'assessed') AND NOT withdrawn
    ) AS held WHERE since IS NOT NULL GROUP BY standing
"""
"""For how long the round that is held longest has waited since a first sheet was there, or since the two differed."""

KAPPA = """
    SELECT instrument, round(10000 * (1 - n * squares / (n * xx + n * yy - 2 * x * y)))::int FROM (
        SELECT instrument, count(*) AS n, sum(first) AS x, sum(second) AS y, sum(first * first) AS xx,
            sum(second * second) AS yy, sum((first - second) * (first - second))::numeric AS squares
        FROM pair GROUP BY instrument
    ) AS sums WHERE n * xx <> x * x AND n * yy <> y * y
"""
"""As `domain/agreement.py`, where it is defined."""


async def keep_pairs(connection: Connection, diagnoses: Iterable[Diagnosis]) -> None:
    """What was compared; once is enough."""
    twice = [(each, each.calibration) for each in diagnoses if each.calibration is not None]
    rows = [
        (each.id, found.round, pair.question, each.instrument, pair.first, pair.second, pair.first_by, pair.second_by)
        for each, found in twice
        for pair in found.pairs
    ]
    if rows:
        await connection.execute(_KEEP, *columns(rows))


@dataclass(frozen=True, slots=True)
class Found:
    """Of all pairs of one version of the questionnaire."""

    all: Sums | None
    """None: there is no pair."""
    questions: Mapping[str, Sums]
    assessors: Mapping[str, Sums]
    """By subject; x is theirs, as the first or as the second."""
    standings: Mapping[Standing, int]
    """How many diagnoses stand how, of every version."""


async def agreement(connection: Connection, instrument: str, apart: int) -> Found:
    """What all pairs of levels of a questionnaire add up to; `apart`: levels from which a question is."""
    found: dict[str, dict[str, Sums]] = {"all": {}, "question": {}, "assessor": {}}
    for row in await connection.fetch(_SUMS, instrument, apart):
        found[row["kind"]][row["of"]] = Sums(**{each.name: int(row[each.name]) for each in fields(Sums)})
    standings = {row["standing"]: row["count"] for row in await connection.fetch(STANDINGS)}
    return Found(found["all"].get(""), found["question"], found["assessor"], standings)
