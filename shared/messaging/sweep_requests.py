"""What sweeps are asked for, written down until their worker runs them."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from shared.contracts.event import Cause
from shared.messaging import actors
from shared.messaging.decision import SweepRequest
from shared.runtime.database import Connection, columns
from shared.runtime.ids import new_id

SWEEP_CHANNEL = "sweep"

_REQUEST_SWEEP = """
    WITH given AS (
        SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::text[]::jsonb[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
            $8::text[]::jsonb[]
        ) AS given(id, kind, args, requested_at, correlation_id, causation_id, traceparent, actor)
    ), waiting AS (
        SELECT sweep.kind, sweep.args, sweep.correlation_id FROM sweep
        WHERE finished_at IS NULL AND cursor IS NULL
            AND EXISTS (SELECT FROM given WHERE (given.kind, given.args, given.correlation_id)
                = (sweep.kind, sweep.args, sweep.correlation_id))
        FOR UPDATE SKIP LOCKED
    )
    INSERT INTO sweep (id, kind, args, requested_at, correlation_id, causation_id, traceparent, actor)
    SELECT * FROM given WHERE (kind, args, correlation_id) NOT IN (SELECT kind, args, correlation_id FROM waiting)
"""
"""One that the same cause asked for before, as an earlier batch of a file, and that nobody has begun serves again: held
until this commits, it begins after that. One that somebody holds may have begun.
"""


_MERGE_SWEEP = """
    WITH given AS (
        SELECT * FROM unnest(
            $1::text[], $2::text[]::jsonb[], $3::text[]::jsonb[], $4::text[], $5::text[], $6::text[],
            $7::text[]::jsonb[]
        ) AS given(kind, args, also, correlation_id, causation_id, traceparent, actor)
    ), waiting AS (
        SELECT sweep.id, given.* FROM sweep JOIN given ON sweep.kind = given.kind AND sweep.args @> given.args
        WHERE finished_at IS NULL AND cursor IS NULL
        FOR UPDATE OF sweep SKIP LOCKED
    )
    UPDATE sweep SET args = sweep.args || waiting.also, correlation_id = waiting.correlation_id,
        causation_id = waiting.causation_id, traceparent = waiting.traceparent, actor = waiting.actor
    FROM waiting WHERE sweep.id = waiting.id
    RETURNING waiting.kind, waiting.args
"""


async def request_sweeps(connection: Connection, asked: Collection[tuple[SweepRequest, Cause]], at: datetime) -> None:
    """Write what sweeps were asked for, and by what, unless one that waits serves again."""
    rows = [
        (new_id(), sweep.kind, _text(sweep.args), at, *cause[:3], actors.kept(cause.actor))
        for sweep, cause in asked
        if not sweep.merges
    ]
    if merging := _merging(asked):
        known = [(*key, _text(also), *cause[:3], actors.kept(cause.actor)) for key, (also, cause) in merging.items()]
        served = await connection.fetch(_MERGE_SWEEP, *columns(known))
        for row in served:
            merging.pop((row["kind"], _text(json.loads(row["args"]))), None)
        rows += [
            (new_id(), kind, _text(json.loads(args) | also), at, *cause[:3], actors.kept(cause.actor))
            for (kind, args), (also, cause) in merging.items()
        ]
    if rows:
        await connection.execute(_REQUEST_SWEEP, *columns(rows))
    if asked:
        await connection.execute("SELECT pg_notify($1, '')", SWEEP_CHANNEL)


def _merging(asked: Collection[tuple[SweepRequest, Cause]]) -> dict[tuple[str, str], tuple[dict[str, str], Cause]]:
    """Those that merge, each once: with all that is asked of it, for who asked last."""
    found: dict[tuple[str, str], tuple[dict[str, str], Cause]] = {}
    for sweep, cause in asked:
        if sweep.merges:
            key = sweep.kind, _text(sweep.args)
            before, _ = found.get(key, ({}, cause))
            found[key] = before | dict(sweep.also), cause
    return found


def _text(args: Mapping[str, str]) -> str:
    return json.dumps(dict(args), sort_keys=True)
