"""A list of article 69-B on its way in: it is in force once all of it is read, and not before."""

import re
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.registration import handlers, store
from services.registration.domain.screening import Newest, ScreeningList, gather, list_id
from services.registration.files import screening as list_file
from services.registration.files.screening import Entry
from services.registration.handlers import LoadList
from services.registration.settings import RegistrationSettings
from services.registration.store import newest_list, screening_lists
from shared.files.rows import Row
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.messaging.importing import Importer, Written
from shared.messaging.imports import Import
from shared.runtime.clock import now
from shared.runtime.database import Database

MOST_DIGITS = 9
"""Of the number of firms that confirms a shorter list."""


class ListImporter(Importer[Entry]):
    """Puts a list's entries aside, and then in force all together. A row that it cannot read refuses all of it: a
    situation that is unknown might be one that excludes.
    """

    def __init__(self, settings: RegistrationSettings, commands: Commands, database: Database, begun: Import) -> None:
        super().__init__(commands, database, begun)
        self.wanted = list_file.wanted(settings.list_max_rows)

    def read(self, row: Row) -> Entry:
        return list_file.read(row)

    async def apply(self, batch: Sequence[tuple[int, Entry]], written: Written) -> None:
        listed = [(entry.rfc, entry.state) for _, entry in batch if entry.rfc is not None]
        async with self.database.transaction() as connection:
            await store.put_aside(connection, self.begun.id, gather(listed))
            await written(connection, {"listed": len(listed), "left_out": len(batch) - len(listed)}, [])

    async def finish(self) -> Refused | None:
        list_date = date.fromisoformat(self.begun.fields["list_date"])
        entries = await store.count_aside(self.database, self.begun.id)
        confirmed = _number(self.begun.fields["confirmed_firms"])
        command = LoadList(list_date=list_date, entries=entries, confirmed_firms=confirmed)
        replaced: list[UUID] = []

        def decide(state: ScreeningList | None, newest: Newest | None) -> Decision[ScreeningList] | Refused:
            replaced[:] = [] if state is None else [state.loading]
            return handlers.load_list(state, command, now(), newest)

        outcome = await self.commands.run(screening_lists, list_id(list_date), decide, self.begun.cause, newest_list)
        if isinstance(outcome, Refused):
            return outcome
        await store.drop_entries(self.database, [self.begun.id, *replaced])
        return None

    async def discard(self) -> None:
        await store.drop_entries(self.database, [self.begun.id])


def _number(given: str) -> int | None:
    """What is no number confirms nothing."""
    return int(given) if re.fullmatch("[0-9]+", given) else None
