"""Suppliers and anchors by file: the rows that fail are reported, the others go in in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration import handlers
from services.registration.domain.anchor import Anchor, anchor_id
from services.registration.domain.profile import Profile
from services.registration.domain.supplier import Supplier
from services.registration.files.anchors import read_anchors
from services.registration.files.suppliers import read_suppliers
from services.registration.handlers import JoinAnchor, Register
from services.registration.settings import RegistrationSettings
from services.registration.store import Intake, anchors, intake_of, suppliers
from services.registration.views import AnchorImport, SupplierImport
from shared.files.faults import RowFault, row_fault
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from shared.service.callers import Caller, Role, allow
from shared.service.http import routes
from shared.service.upload import Send, form_schema

BY_OPERATOR = allow(Role.OPERATOR)
Operator = Annotated[Caller, BY_OPERATOR]


def router(settings: RegistrationSettings, commands: Commands) -> APIRouter:
    """The routes of files."""
    api = routes("imports")
    max_bytes, max_rows = settings.import_max_bytes, settings.import_max_rows

    @api.post("/suppliers/imports", openapi_extra=form_schema())
    async def import_suppliers(caller: Operator, send: Send) -> SupplierImport:
        """Register the firms of a spreadsheet.

        Rows that fail are reported; the others go in.
        """
        upload = await send.receive(max_bytes)
        read = partial(read_suppliers, upload.content, max_rows=max_rows, today=now().date())
        rows, faults = await send.reading(read)
        registrations = {new_id(): row for row in rows}
        decide = {id_: _registering(id_, row.profile, caller.subject) for id_, row in registrations.items()}
        about = About(intake_of, tuple(row.profile.rfc for row in rows))

        def view(found: Mapping[UUID, Supplier | Refused]) -> SupplierImport:
            outcomes = [(row.line, found[id_]) for id_, row in registrations.items()]
            states = [outcome.status for outcome in found.values() if isinstance(outcome, Supplier)]
            refused = _refused(faults, "rfc", outcomes)
            return SupplierImport(registered=states.count("registered"), held=states.count("held"), refused=refused)

        return await send.run_many(commands, suppliers, decide, view, about)

    @api.post("/anchors/imports", openapi_extra=form_schema(), dependencies=[BY_OPERATOR])
    async def import_anchors(send: Send) -> AnchorImport:
        """Let the large buyers of a spreadsheet join.

        Rows that fail are reported; the others go in.
        """
        upload = await send.receive(max_bytes)
        rows, faults = await send.reading(partial(read_anchors, upload.content, max_rows=max_rows))
        decide = {anchor_id(command.code): _joining(command) for _, command in rows}

        def view(found: Mapping[UUID, Anchor | Refused]) -> AnchorImport:
            outcomes = [(line, found[anchor_id(command.code)]) for line, command in rows]
            joined = sum(isinstance(outcome, Anchor) for _, outcome in outcomes)
            return AnchorImport(joined=joined, refused=_refused(faults, "codigo", outcomes))

        return await send.run_many(commands, anchors, decide, view)

    return api


def _registering(
    id_: UUID, profile: Profile, by: str
) -> Callable[[Supplier | None, Intake], Decision[Supplier] | Refused]:
    def decide(_: Supplier | None, known: Intake) -> Decision[Supplier] | Refused:
        command = Register(id=id_, folio=known.folios[profile.rfc], profile=profile, by=by)
        return handlers.register(command, now(), known.registry)

    return decide


def _joining(command: JoinAnchor) -> Callable[[Anchor | None, None], Decision[Anchor] | Refused]:
    return lambda state, _: handlers.join_anchor(state, command, now())


def _refused(faults: list[RowFault], column: str, outcomes: Sequence[tuple[int, object]]) -> list[RowFault]:
    """The rows that the file's reader refused and those that the decision refused, by line."""
    decided = [
        row_fault(line, column, outcome.code, message=outcome.message, **outcome.params)
        for line, outcome in outcomes
        if isinstance(outcome, Refused)
    ]
    return sorted([*faults, *decided], key=attrgetter("line"))
