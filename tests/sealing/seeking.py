"""Where a store has a word in clear, its journal and what it still has to publish among the rest."""

from shared.testing.stage import StageUnderTest

_TABLES = "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'"
# Bytes of an event are text too; `to_jsonb` has them in hexadecimal digits.
_SAYS = "SELECT count(*) AS rows FROM {table} AS t WHERE to_jsonb(t)::text ~ $1 OR to_jsonb(t)::text LIKE $2"


async def stands_in(stage: StageUnderTest, word: str) -> set[str]:
    """Tables that have it."""
    found = set()
    for table in [row["name"] for row in await stage.rows(_TABLES)]:
        rows = await stage.rows(_SAYS.format(table=table), word, f"%{word.encode().hex()}%")
        if rows[0]["rows"]:
            found.add(table)
    return found
