"""The person to talk to of a firm, who may want to be forgotten."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration import handlers
from services.registration.api.mailing import Mailing
from services.registration.handlers import arco as on_arco
from services.registration.handlers import claims as on_claims
from services.registration.handlers import people as on_people
from services.registration.store import suppliers
from services.registration.store.arco import arco_ids, arco_requests
from services.registration.store.claims import claims
from services.registration.store.erasing import mark_erased
from services.registration.store.people import people, people_of
from services.registration.views import SupplierView
from shared.messaging.commands import Commands, CommandUnit
from shared.runtime.clock import now
from shared.service.callers import Caller, Role, allow
from shared.service.http import Change, accepted, routes

Operator = Annotated[Caller, allow(Role.OPERATOR)]


def router(mailing: Mailing, commands: Commands) -> APIRouter:
    """The route that erases a contact."""
    api = routes("suppliers")

    @api.delete("/suppliers/{supplier_id}/contact", status_code=204)
    async def erase_contact(supplier_id: UUID, caller: Operator, change: Change) -> None:
        """Erase the person to talk to; of a natural person who withdrew also name, RFC and places.

        Wherever they are: in the firm's profile, in the claim that it came from, as an address of its people, in what
        they wrote into ARCO requests, and in mail that lies in a folder. Of whom nothing is here (404) it is kept all
        the same that they were erased.
        """
        caller.require_outsider(supplier_id)

        async def erase(unit: CommandUnit) -> set[str] | None:
            """Returns the addresses that are forgotten; None of a firm that is not here."""
            await unit.load(suppliers, [supplier_id])
            await unit.load(claims, [supplier_id])
            supplier, claim = unit.state(suppliers, supplier_id), unit.state(claims, supplier_id)
            if supplier is None:
                # What is not here yet, or no more, may come with another copy of the store.
                await mark_erased(unit.connection, supplier_id)
            else:
                change.check(SupplierView.of(supplier))
                unit.apply(suppliers, supplier_id, accepted(handlers.erase_contact(supplier, now())))
            said = None if claim is None or claim.profile is None else claim.profile.contact
            given = None if supplier is None else supplier.contact
            known = {contact.email for contact in (given, said) if contact is not None}
            unit.apply(claims, supplier_id, on_claims.erase_contact(claim))
            firms_people = await people_of(unit.connection, supplier_id)
            await unit.load(people, [person.id for person in firms_people])
            for person in firms_people:
                decision = on_people.erase_address(unit.state(people, person.id), known)
                unit.apply(people, person.id, decision, about=supplier_id)
            asked = await arco_ids(unit.connection, [supplier_id])
            await unit.load(arco_requests, asked)
            for id_ in asked:
                unit.apply(arco_requests, id_, on_arco.erase_words(unit.state(arco_requests, id_)), about=supplier_id)
            return None if supplier is None and claim is None else known

        erased = await commands.run_unit(change.cause, erase)
        for address in accepted(handlers.SUPPLIER_UNKNOWN if erased is None else erased):
            await mailing.post.sender.forget(address)

    return api
