"""The service of `tests/faults` one release later: each effect says by which release it took place.

`python -m tests.conformance.next_release`, with the settings of `tests/faults/service.py`.
"""

from collections.abc import Sequence

from shared.runtime.database import Connection, columns
from shared.runtime.settings import ServiceSettings
from shared.service import service
from shared.service.stage import Stage
from tests.faults import service as this_release
from tests.faults import stage

EXPAND = 'op.add_column("effect", sa.Column("release", sa.Integer(), nullable=False, server_default="1"))'
INDEX = """
with op.get_context().autocommit_block():
    op.create_index("effect_of", "effect", ["key", "number"], if_not_exists=True, postgresql_concurrently=True)
"""


class Tallies(stage.Tallies):
    async def save_many(
        self, connection: Connection, new: Sequence[stage.Tally], changed: Sequence[stage.Tally]
    ) -> None:
        await super().save_many(connection, new, changed)
        marks = [(tally.key, number) for tally in (*new, *changed) for number in tally.fresh]
        await connection.execute(
            "UPDATE effect SET release = 2"
            " WHERE hop = $1 AND (key, number) IN (SELECT * FROM unnest($2::uuid[], $3::int[]))",
            self._hop,
            *columns(marks),
        )


def build() -> tuple[Stage, ServiceSettings]:
    stage.Tallies = Tallies  # type: ignore[misc]
    return this_release.build()


if __name__ == "__main__":
    service.main(build)
