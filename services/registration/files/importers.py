"""Firms and anchors on their way in from a file: a row that is refused stays out alone."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registration import handlers, store
from services.registration.domain.anchor import Anchor, anchor_id
from services.registration.domain.profile import Profile
from services.registration.domain.prospect import RegisterEntry, prospect_id
from services.registration.domain.supplier import Supplier
from services.registration.files import anchors as anchor_file
from services.registration.files import prospects as prospect_file
from services.registration.files import suppliers as supplier_file
from services.registration.files.exported import lacking
from services.registration.handlers import JoinAnchor, Register
from services.registration.handlers.prospects import bring
from services.registration.settings import RegistrationSettings
from services.registration.store import Intake, anchors, intake_of_new, suppliers
from services.registration.store.prospects import prospects
from shared.days import day_of
from shared.files.faults import RowFault
from shared.files.rows import Row
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused
from shared.messaging.importing import Importer, RowImporter, Written
from shared.messaging.imports import Import
from shared.messaging.retry import patiently
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import in_order, new_id


class SupplierImporter(RowImporter[Profile, Supplier]):
    """Registers firms, and changes those that nobody but who sends the file brought or changed."""

    repository = suppliers
    repeated = ("rfc", "rfc_repeated")
    template = supplier_file.TEMPLATE

    def __init__(self, settings: RegistrationSettings, commands: Commands, database: Database, begun: Import) -> None:
        super().__init__(commands, database, begun)
        self.wanted = supplier_file.wanted(settings.import_max_rows)
        self._holders: Mapping[str, UUID] = {}
        self._columns: frozenset[str] = frozenset()

    async def begin(self, columns: frozenset[str]) -> None:
        self._columns = columns

    def read(self, row: Row) -> Profile | list[RowFault]:
        return supplier_file.read(row, day_of(now()))

    def key(self, asked: Profile) -> str:
        return asked.rfc

    async def identified(self, batch: Sequence[Profile]) -> Sequence[UUID]:
        self._holders = await store.holders_of(self.database, [asked.rfc for asked in batch])
        return [self._holders.get(asked.rfc) or new_id() for asked in batch]

    def reference(self, batch: Sequence[Profile]) -> About[Intake]:
        return About(intake_of_new, tuple(asked.rfc for asked in batch))

    def decide(self, id_: UUID, asked: Profile, state: Supplier | None, known: Any) -> Decision[Supplier] | Refused:  # noqa: ANN401 - an Intake
        by = None if self.begun.cause.actor is None else self.begun.cause.actor.subject
        lacks = () if state is None else lacking(state, self._columns)
        command = Register(id=id_, folio=known.folios.get(asked.rfc, ""), profile=asked, by=by, lacking=lacks)
        return handlers.bring(state, command, now(), known.registry)

    def outcome(self, before: Supplier | None, after: Supplier) -> str:
        return after.status if before is None else "unchanged" if before == after else "changed"

    def column(self, refused: Refused) -> str:
        return "contacto_nombre" if refused.code == "contact_by_hand" else "rfc"


class AnchorImporter(RowImporter[JoinAnchor, Anchor]):
    """Lets large buyers join."""

    repository = anchors
    repeated = ("codigo", "anchor_code_repeated")
    template = anchor_file.TEMPLATE

    def __init__(self, settings: RegistrationSettings, commands: Commands, database: Database, begun: Import) -> None:
        super().__init__(commands, database, begun)
        self.wanted = anchor_file.wanted(settings.import_max_rows)

    def read(self, row: Row) -> JoinAnchor | list[RowFault]:
        return anchor_file.read(row)

    def key(self, asked: JoinAnchor) -> str:
        return asked.code

    async def identified(self, batch: Sequence[JoinAnchor]) -> Sequence[UUID]:
        return [anchor_id(asked.code) for asked in batch]

    def decide(self, id_: UUID, asked: JoinAnchor, state: Anchor | None, known: Any) -> Decision[Anchor] | Refused:  # noqa: ANN401 - nothing
        del id_, known
        return handlers.join_anchor(state, asked, now())

    def outcome(self, before: Anchor | None, after: Anchor) -> str:
        return "unchanged" if before == after else "joined"

    def column(self, refused: Refused) -> str:
        del refused
        return "codigo"


class ProspectImporter(Importer[RegisterEntry]):
    """Takes plants of public registers in: one that is known already is as its register says now. Nobody hears of it,
    and no firm's people are concerned: the import is on record, its rows are not one by one.
    """

    def __init__(self, settings: RegistrationSettings, commands: Commands, database: Database, begun: Import) -> None:
        super().__init__(commands, database, begun)
        self.wanted = prospect_file.wanted(settings.import_max_rows)

    def read(self, row: Row) -> RegisterEntry | list[RowFault]:
        return prospect_file.read(row, self.begun.fields.get("edition"))

    async def apply(self, batch: Sequence[tuple[int, RegisterEntry]], written: Written) -> None:
        entries = {prospect_id(entry.source, entry.source_id): entry for _, entry in batch}

        async def together() -> None:
            async with self.database.transaction() as connection:
                known = await prospects.load_many(connection, sorted(entries, key=in_order))
                after = {id_: bring(known.get(id_), entry, now()) for id_, entry in entries.items()}
                new = [prospect for id_, prospect in after.items() if id_ not in known]
                changed = [after[id_] for id_, before in known.items() if after[id_] != before]
                await prospects.save_many(connection, new, changed)
                # A plant that is in the file twice is as its last row says.
                same = len(batch) - len(new) - len(changed)
                await written(connection, {"added": len(new), "changed": len(changed), "unchanged": same}, [])

        await patiently(together)()
