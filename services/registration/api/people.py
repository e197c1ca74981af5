"""The people of a firm: invited by whoever speaks for it, and its own once they have accepted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration.api.mailing import Mailing, asked_in
from services.registration.domain.person import Person
from services.registration.domain.supplier import Supplier
from services.registration.handlers import people as handlers
from services.registration.handlers.mails import INVITATION_MAIL, first_try
from services.registration.settings import RegistrationSettings
from services.registration.store import find_supplier, supplier_of, suppliers
from services.registration.store.people import OtherFirmError, people, people_of
from services.registration.views import letters
from services.registration.views.people import AcceptanceBody, InvitationBody, PersonView
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import Caller, Role, allow
from shared.service.http import Change, Page, Paging, Problem, Strict, accepted, routes
from shared.service.mailing import new_code

Own = Annotated[Caller, allow(Role.SUPPLIER)]
OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]


def router(settings: RegistrationSettings, mailing: Mailing, commands: Commands, database: Database) -> APIRouter:
    """The routes of people."""
    api = routes("people")
    _add_inviting(api, settings, mailing, commands)
    _add_accepting(api, commands)
    _add_ending(api, commands)

    @api.get("/suppliers/{supplier_id}/people")
    async def list_people(supplier_id: UUID, caller: OwnOrOperator, paging: Paging) -> Page[PersonView]:
        """List a firm's people and whom it has invited.

        Operators see the subjects, and who was removed: it is what the identity provider is told.
        """
        caller.require_supplier(supplier_id)
        operator = Role.OPERATOR in caller.roles
        if await find_supplier(database, supplier_id) is None:
            raise Problem(404, "supplier_unknown")
        async with database.connection() as connection:
            found = await people_of(connection, supplier_id, removed=operator)
        return Page[PersonView].of_all(found, paging, PersonView.for_operators if operator else PersonView.of_person)

    return api


def _add_inviting(api: APIRouter, settings: RegistrationSettings, mailing: Mailing, commands: Commands) -> None:
    @api.post("/suppliers/{supplier_id}/people", status_code=202)
    async def invite_person(supplier_id: UUID, body: Strict[InvitationBody], caller: Own, change: Change) -> PersonView:
        """Invite somebody to speak for the firm, by mail.

        They are one of its people once they have accepted, with the code in the mail, and may do then what whoever
        invites them may. An address that is invited already is refused, so that sending it again invites nobody twice.
        """
        caller.require_supplier(supplier_id)
        id_, code, language, asked = new_id(), new_code(), asked_in(change.request), now()

        async def invite(unit: CommandUnit) -> tuple[Supplier | None, Person]:
            firm, known = await _firm(unit, supplier_id)
            await unit.load(people, [id_])
            decision = accepted(handlers.invite(firm, known, id_, body.email, code, language, asked))
            unit.apply(people, id_, decision, about=supplier_id)
            return firm, _there(decision.state)

        firm, invited = await commands.run_unit(change.cause, invite)
        if firm is not None and (mail := letters.invitation(firm, invited, code, settings.invitation_url)):
            await mailing.send(change.request, first_try(INVITATION_MAIL, asked), mail)
        return change.shown(PersonView.of_person(invited))


def _add_accepting(api: APIRouter, commands: Commands) -> None:
    @api.post("/suppliers/{supplier_id}/people/{person_id}/acceptance")
    async def accept_invitation(
        supplier_id: UUID, person_id: UUID, body: Strict[AcceptanceBody], caller: Own, change: Change
    ) -> PersonView:
        """Accept an invitation, with the code that was mailed, and speak for the firm from now on.

        For whoever is signed in and speaks for no other firm, but one that was merged into this one: there they are
        removed. Whatever does not fit has one answer.
        """

        async def accept(unit: CommandUnit) -> tuple[Person | None, Decision[Person] | Refused]:
            _, known = await _firm(unit, supplier_id)
            await unit.load(people, [person_id])
            invited, firm = unit.state(people, person_id), caller.supplier_id
            former = await _people_of_merged(unit, firm, supplier_id)
            bound_to = firm if former is None else None
            outcome = handlers.accept(invited, supplier_id, known, body.code, caller.subject, bound_to, now())
            if not isinstance(outcome, Refused):
                unit.apply(people, person_id, outcome, about=supplier_id)
                for going in former or ():
                    if going.subject == caller.subject:
                        await unit.load(people, [going.id])
                        unit.apply(people, going.id, handlers.go_over(unit.state(people, going.id), now()))
            return invited, outcome

        try:
            invited, outcome = await commands.run_unit(change.cause, accept)
        except OtherFirmError:
            invited, outcome = None, handlers.OF_OTHER_FIRM
        if invited is not None and outcome == handlers.INVITATION_REFUSED:
            # A try is no act.
            cause = change.cause._replace(action=None)
            await commands.run(people, person_id, lambda state, _: handlers.miss(state), cause)
        return change.shown(PersonView.of_person(_there(accepted(outcome).state)))


def _add_ending(api: APIRouter, commands: Commands) -> None:
    @api.delete("/suppliers/{supplier_id}/people/{person_id}", status_code=204)
    async def remove_person(supplier_id: UUID, person_id: UUID, caller: Own, change: Change) -> None:
        """Remove one of the firm's people, or withdraw an invitation.

        Whoever is removed has no rights here from this moment on, whatever their token says.
        """
        caller.require_supplier(supplier_id)

        async def remove(unit: CommandUnit) -> None:
            await _firm(unit, supplier_id)
            await unit.load(people, [person_id])
            decision = accepted(handlers.remove(unit.state(people, person_id), supplier_id, now()))
            unit.apply(people, person_id, decision, about=supplier_id)

        await commands.run_unit(change.cause, remove)


async def _firm(unit: CommandUnit, supplier_id: UUID) -> tuple[Supplier | None, list[Person]]:
    """The firm, locked, so that its people are counted by one at a time; and its people."""
    await unit.load(suppliers, [supplier_id])
    return unit.state(suppliers, supplier_id), await people_of(unit.connection, supplier_id)


async def _people_of_merged(unit: CommandUnit, firm: UUID | None, into: UUID) -> list[Person] | None:
    """The people of a firm that was merged into this one; None where it was not."""
    former = None if firm is None else await supplier_of(unit.connection, firm)
    return None if former is None or former.merged_into != into else await people_of(unit.connection, former.id)


def _there(person: Person | None) -> Person:
    return accepted(person or handlers.PERSON_UNKNOWN)
