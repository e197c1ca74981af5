"""Rows of a store as a backup has them, and the store as a restore leaves it: with these, and with no keys."""

from shared.testing.stage import StageUnderTest

Copy = dict[str, list[str]]


async def copied(stage: StageUnderTest, *tables: str) -> Copy:
    """What these tables hold."""
    kept = {table: await stage.rows(f"SELECT to_jsonb(t)::text AS row FROM {table} AS t") for table in tables}
    return {table: [row["row"] for row in rows] for table, rows in kept.items()}


async def restored(stage: StageUnderTest, copy: Copy) -> None:
    """The store as it was then; where its keys are not brought."""
    for table in reversed(copy):
        await stage.rows(f"DELETE FROM {table}")
    for table, rows in copy.items():
        again = f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, given::jsonb)).*"
        await stage.rows(f"{again} FROM unnest($1::text[]) AS given", rows)
    await stage.rows("DELETE FROM data_key")
