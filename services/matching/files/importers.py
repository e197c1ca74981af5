"""Requirements on their way in from a file: a row that is refused stays out alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.requirement import Requirement, Specification, imported_id
from services.matching.files import requirements as requirement_file
from services.matching.files.requirements import ANCHOR, VERSION
from services.matching.handlers import requirements as handlers
from services.matching.settings import MatchingSettings
from services.matching.store import queries
from services.matching.store.demand import Changing, changing, requirements
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused
from shared.messaging.importing import RowImporter
from shared.messaging.imports import Import
from shared.runtime.clock import now
from shared.runtime.database import Database

OWN = "anchor_id"
"""Field of an import: the anchor whose buyer sent it; none where an operator did."""


_COLUMN_OF = {
    "open_until_past": "vigente_hasta",
    "requirement_closed": "titulo",
    "requirement_unknown": "titulo",
    "volume_awarded": "volumen_anual",
    "changed_by_hand": VERSION,
    "version_other": VERSION,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row asks for, and for whom."""

    id: UUID
    anchor_id: UUID
    specification: Specification
    based_on: int | None


class RequirementImporter(RowImporter[Asked, Requirement]):
    """Publishes and changes requirements. A buyer's are of its own anchor, an operator's of any that takes part."""

    repository = requirements
    repeated = ("titulo", "row_repeated")

    def __init__(self, settings: MatchingSettings, commands: Commands, database: Database, begun: Import) -> None:
        super().__init__(commands, database, begun)
        self.wanted = requirement_file.wanted(settings.import_max_rows)
        own = begun.fields.get(OWN)
        self._own = None if own is None else UUID(own)
        self._by_code: Mapping[str, UUID] = {}

    async def begin(self) -> None:
        found = await queries.all_anchors(self.database)
        self._by_code = {anchor.code: anchor.id for anchor in found if anchor.code and anchor.takes_part}

    def read(self, row: Row) -> Asked | list[RowFault]:
        read = requirement_file.read(row)
        anchor = self._anchor(row)
        if isinstance(read, list) or isinstance(anchor, RowFault):
            wrong = read if isinstance(read, list) else []
            return [*wrong, *([anchor] if isinstance(anchor, RowFault) else [])]
        asked = read.asked.specification()
        return Asked(imported_id(anchor, asked.area, asked.title), anchor, asked, read.based_on)

    def _anchor(self, row: Row) -> UUID | RowFault:
        """For whom a row asks, or what is wrong with that."""
        code = row.cells.get(ANCHOR)
        anchor_id = self._own if code is None else self._by_code.get(code.upper())
        if anchor_id is None and code is None:
            return row_fault(row.line, ANCHOR, "cell_missing", message="cell_missing.anchor")
        if anchor_id is None:
            return row_fault(row.line, ANCHOR, "anchor_code_unknown")
        if self._own not in (None, anchor_id):
            return row_fault(row.line, ANCHOR, "not_yours", message="not_yours.code")
        return anchor_id

    def key(self, asked: Asked) -> UUID:
        return asked.id

    async def identified(self, batch: Sequence[Asked]) -> Sequence[UUID]:
        return [asked.id for asked in batch]

    def reference(self, batch: Sequence[Asked]) -> About[Changing]:
        return About(changing, tuple(str(asked.id) for asked in batch))

    def decide(
        self,
        id_: UUID,
        asked: Asked,
        state: Requirement | None,
        known: Changing,
    ) -> Decision[Requirement] | Refused:
        anchor, awarded = known.anchors.get(asked.anchor_id), known.awarded.get(id_, 0)
        return handlers.import_requirement(
            state, id_, anchor, asked.specification, now(), awarded=awarded, based_on=asked.based_on
        )

    def outcome(self, before: Requirement | None, after: Requirement) -> str:
        return "published" if before is None else "unchanged" if before == after else "changed"

    def column(self, refused: Refused) -> str:
        return _COLUMN_OF.get(refused.code, ANCHOR)
