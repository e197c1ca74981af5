"""Requirements on their way in from a file: a row that is refused stays out alone."""

from collections.abc import Hashable, Mapping, Sequence
from uuid import UUID

from services.matching.domain.identity import Held, Meant, identify, known_by_name
from services.matching.domain.requirement import Requirement
from services.matching.files import requirements as requirement_file
from services.matching.files.requirements import ANCHOR, NEW, REFERENCE, VERSION
from services.matching.handlers import requirements as handlers
from services.matching.handlers.refusal import refused
from services.matching.settings import MatchingSettings
from services.matching.store import queries
from services.matching.store.demand import Changing, changing, meant, requirements
from shared.files.faults import RowFault, row_fault
from shared.files.rows import Row
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused
from shared.messaging.importing import RowImporter
from shared.messaging.imports import Import
from shared.runtime.clock import now
from shared.runtime.database import Database, columns
from shared.runtime.ids import new_id

OWN = "anchor_id"
"""Field of an import: the anchor whose buyer sent it; none where an operator did."""


_COLUMN_OF = {
    "open_until_past": "vigente_hasta",
    "requirement_closed": "titulo",
    "requirement_unknown": "titulo",
    "volume_awarded": "volumen_anual",
    "changed_by_hand": VERSION,
    "version_other": VERSION,
    "columns_lacking": "titulo",
    "looks_like": NEW,
    "row_repeated": "titulo",
    "tolerance_missing": "tolerancia_indispensable",
    "tolerance_wished": "deseables",
    "wish_not_asked": "deseables",
    "start_past": "inicio_produccion",
    "ramp_past": "rampa",
    "reference_taken": REFERENCE,
}


class RequirementImporter(RowImporter[Meant, Requirement]):
    """Publishes and changes requirements. A buyer's are of its own anchor, an operator's of any that takes part."""

    repository = requirements
    repeated = ("titulo", "row_repeated")
    template = requirement_file.TEMPLATE

    def __init__(self, settings: MatchingSettings, commands: Commands, database: Database, begun: Import) -> None:
        super().__init__(commands, database, begun)
        self.wanted = requirement_file.wanted(settings.import_max_rows)
        own = begun.fields.get(OWN)
        self._own = None if own is None else UUID(own)
        self._by_code: Mapping[str, UUID] = {}
        self._columns: frozenset[str] = frozenset()
        self._named: set[UUID] = set()
        """Requirements that rows of the file name, as far as this process read it."""
        self._about: set[UUID] = set()
        """Those that they are about."""
        self._refused: dict[UUID, Refused] = {}
        """Rows that are about no requirement, or about one that another row is about."""

    async def begin(self, columns: frozenset[str]) -> None:
        self._columns = columns
        found = await queries.all_anchors(self.database)
        self._by_code = {anchor.code: anchor.id for anchor in found if anchor.code and anchor.takes_part}

    def read(self, row: Row) -> Meant | list[RowFault]:
        read = requirement_file.read(row)
        anchor = self._anchor(row)
        if isinstance(read, list) or isinstance(anchor, RowFault):
            wrong = read if isinstance(read, list) else []
            return [*wrong, *([anchor] if isinstance(anchor, RowFault) else [])]
        return Meant(anchor, read.asked.specification(), read.reference, read.based_on, read.new)

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

    def key(self, asked: Meant) -> Hashable:
        return (asked.anchor_id, asked.reference) if asked.reference else asked.id

    async def identified(self, batch: Sequence[Meant]) -> Sequence[UUID]:
        places = {(asked.anchor_id, asked.specification.area, asked.reference) for asked in batch}
        async with self.database.connection() as connection:
            known = await meant(connection, *columns(sorted(places, key=str)))
        self._named.update(id_ for asked in batch if (id_ := known_by_name(asked, known)))
        self._ids = [self._identified(asked, known) for asked in batch]
        return self._ids

    def _identified(self, asked: Meant, known: Sequence[Requirement]) -> UUID:
        """The requirement of a row; an id of nothing where the row is refused."""
        id_ = identify(asked, known, self._named)
        if isinstance(id_, Held):
            return self._held(_held(asked, id_.like))
        if id_ in self._about:
            return self._held(Refused("conflict", "row_repeated"))
        id_ = id_ or new_id()
        self._about.add(id_)
        self._named.add(id_)
        return id_

    def _held(self, why: Refused) -> UUID:
        id_ = new_id()
        self._refused[id_] = why
        return id_

    def reference(self, batch: Sequence[Meant]) -> About[Changing]:
        del batch
        return About(changing, tuple(map(str, self._ids)))

    def decide(
        self, id_: UUID, asked: Meant, state: Requirement | None, known: Changing
    ) -> Decision[Requirement] | Refused:
        if why := self._refused.pop(id_, None):
            return why
        anchor, awarded = known.anchors.get(asked.anchor_id), known.awarded.get(id_, 0)
        said = None if state is None else state.specification
        lacks = () if said is None else requirement_file.lacking(said, asked.specification, self._columns)
        return handlers.import_requirement(
            state,
            id_,
            anchor,
            asked.specification,
            now(),
            awarded=awarded,
            based_on=asked.based_on,
            reference=asked.reference,
            lacking=lacks,
        )

    def outcome(self, before: Requirement | None, after: Requirement) -> str:
        return "published" if before is None else "unchanged" if before == after else "changed"

    def column(self, refused: Refused) -> str:
        return _COLUMN_OF.get(refused.code, ANCHOR)


def _held(asked: Meant, like: Requirement) -> Refused:
    """What a row that looks like an open requirement is to say."""
    if asked.based_on is not None:
        return refused("version_other", given=asked.based_on, present=like.version)
    return refused("looks_like", title=like.specification.title, present=like.version)
