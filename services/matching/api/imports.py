"""Requirements by file: the rows that fail are reported, the others go in in one transaction."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from services.matching.api.access import Buyer, acts_for
from services.matching.domain.anchor import Anchor
from services.matching.domain.requirement import Requirement, Specification, imported_id
from services.matching.files.requirements import ANCHOR, RequirementRow, read_requirements
from services.matching.handlers import requirements as handlers
from services.matching.settings import MatchingSettings
from services.matching.store import queries
from services.matching.store.demand import publishing, requirements
from services.matching.views.requirements import RequirementImport
from shared.files.faults import RowFault, row_fault
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller, Role
from shared.service.http import routes
from shared.service.upload import Send, form_schema

Fate = Literal["published", "changed", "unchanged"]
Take = Callable[[Requirement | None, Mapping[UUID, Anchor]], Decision[Requirement] | Refused]


def router(settings: MatchingSettings, commands: Commands, database: Database) -> APIRouter:
    """The route of files."""
    api = routes("requirements")
    max_bytes, max_rows = settings.import_max_bytes, settings.import_max_rows

    @api.post("/requirements/imports", openapi_extra=form_schema())
    async def import_requirements(caller: Buyer, send: Send) -> RequirementImport:
        """Publish or change the requirements of a spreadsheet.

        Rows that fail are reported; the others go in.
        """
        upload = await send.receive(max_bytes)
        rows, faults = await send.reading(partial(read_requirements, upload.content, max_rows=max_rows))
        wanted, refused = _identified(rows, caller, await queries.all_anchors(database))
        fates: dict[UUID, Fate] = {}
        decide = {id_: _taking(id_, anchor_id, row, fates) for id_, (anchor_id, row) in wanted.items()}

        def view(outcomes: Mapping[UUID, Requirement | Refused]) -> RequirementImport:
            decided = [
                _refused(wanted[id_][1].line, outcome)
                for id_, outcome in outcomes.items()
                if isinstance(outcome, Refused)
            ]
            count = Counter(fates[id_] for id_, outcome in outcomes.items() if not isinstance(outcome, Refused))
            return RequirementImport(
                published=count["published"],
                changed=count["changed"],
                unchanged=count["unchanged"],
                refused=sorted([*faults, *refused, *decided], key=attrgetter("line")),
            )

        return await send.run_many(commands, requirements, decide, view, publishing)

    return api


def _identified(
    rows: Sequence[RequirementRow], caller: Caller, anchors: Sequence[Anchor]
) -> tuple[dict[UUID, tuple[UUID, RequirementRow]], list[RowFault]]:
    """Each row under the id of its requirement, with its anchor; and the rows that have none or repeat one."""
    by_code = {anchor.code: anchor.id for anchor in anchors if anchor.code and anchor.takes_part}
    own = None if Role.OPERATOR in caller.roles else acts_for(caller, None)
    wanted: dict[UUID, tuple[UUID, RequirementRow]] = {}
    refused: list[RowFault] = []
    for row in rows:
        anchor_id = by_code.get(row.anchor_code) if row.anchor_code else own
        fault = _anchor_fault(row, anchor_id, own)
        if fault is None and anchor_id is not None:
            id_ = imported_id(anchor_id, row.asked.area, row.asked.title)
            if id_ not in wanted:
                wanted[id_] = (anchor_id, row)
                continue
            fault = row_fault(row.line, "titulo", "row_repeated")
        if fault is not None:
            refused.append(fault)
    return wanted, refused


def _anchor_fault(row: RequirementRow, anchor_id: UUID | None, own: UUID | None) -> RowFault | None:
    if anchor_id is None and row.anchor_code is None:
        return row_fault(row.line, ANCHOR, "cell_missing", message="cell_missing.anchor")
    if anchor_id is None:
        return row_fault(row.line, ANCHOR, "anchor_code_unknown")
    if own is not None and anchor_id != own:
        return row_fault(row.line, ANCHOR, "not_yours", message="not_yours.code")
    return None


def _taking(id_: UUID, anchor_id: UUID, row: RequirementRow, fates: dict[UUID, Fate]) -> Take:
    asked: Specification = row.asked.specification()

    def take(state: Requirement | None, anchors: Mapping[UUID, Anchor]) -> Decision[Requirement] | Refused:
        outcome = handlers.import_requirement(state, id_, anchors.get(anchor_id), asked, now())
        if isinstance(outcome, Decision):
            fates[id_] = "published" if state is None else "changed" if outcome.events else "unchanged"
        return outcome

    return take


def _refused(line: int, outcome: Refused) -> RowFault:
    """A row that could be read and that the rules refuse, with the column to look at."""
    columns = {"open_until_past": "vigente_hasta", "requirement_closed": "titulo"}
    column = columns.get(outcome.code, ANCHOR)
    return row_fault(line, column, outcome.code, message=outcome.message, **outcome.params)
