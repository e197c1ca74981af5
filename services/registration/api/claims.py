"""A firm registers: somebody says so, and its contact confirms it."""

from uuid import UUID

from fastapi import APIRouter, Depends

from services.registration import handlers
from services.registration.api.mailing import Mailing, asked_in
from services.registration.domain.rfc import normalise
from services.registration.domain.supplier import Supplier
from services.registration.handlers import CODE_REFUSED, Register
from services.registration.handlers import claims as claiming
from services.registration.handlers.mails import CLAIM_MAIL, first_try
from services.registration.settings import RegistrationSettings
from services.registration.store import Intake, intake_of, suppliers
from services.registration.store.claims import claims
from services.registration.views import RegistrationBody, letters
from services.registration.views.claims import ClaimReceipt, ConfirmationBody, Receipt
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused, unchanged
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import Change, Create, Strict, accepted, routes
from shared.service.http.rate_limit import RateLimit
from shared.service.mailing import new_code


def router(settings: RegistrationSettings, limit: RateLimit, mailing: Mailing, commands: Commands) -> APIRouter:
    """The routes of claims: both are open to everybody."""
    api = routes("suppliers")

    @api.post("/suppliers", status_code=202, openapi_extra=OPEN_TO_ALL, dependencies=[Depends(limit)])
    async def register_supplier(body: Strict[RegistrationBody], create: Create) -> ClaimReceipt:
        """Ask to take part, as a firm.

        It is registered once its contact has confirmed, with the code that is mailed to it. The answer is the same
        whether the firm takes part already or not.
        """
        profile, id_, code, language = body.profile(), new_id(), new_code(), asked_in(create.request)
        asked = now()
        receipt = await create.run(
            commands,
            claims,
            id_,
            lambda _, __: claiming.claim(id_, profile, code, language, asked, body.privacy_notice),
            ClaimReceipt.of_claim,
        )
        # Under a key that came before, the answer is of the claim that was mailed then.
        if receipt.id == id_ and profile.contact is not None:
            mail = letters.confirmation(id_, profile.contact.email, code, settings.confirmation_url, language)
            await mailing.send(create.request, first_try(CLAIM_MAIL, asked), mail)
        return receipt

    @api.post(
        "/suppliers/{supplier_id}/confirmation",
        openapi_extra=OPEN_TO_ALL,
        dependencies=[Depends(limit)],
        responses={403: {}},
    )
    async def confirm_contact(supplier_id: UUID, body: Strict[ConfirmationBody], change: Change) -> Receipt:
        """Confirm a registration by its code: the firm is registered, or held where an operator must look first.

        The same code again gives the same answer, for as long as it is valid.
        """
        # A try is no act; what it opens is.
        cause = change.cause._replace(action=None)
        tried = await commands.run(
            claims, supplier_id, lambda state, _: claiming.confirm(state, body.code, now()), cause
        )
        claim = accepted(tried)
        profile = claim.profile
        if profile is None or not claim.confirmed_by(body.code):
            return accepted(CODE_REFUSED)
        rfc = normalise(profile.rfc)

        def decide(state: Supplier | None, known: Intake) -> Decision[Supplier] | Refused:
            if state is not None:
                return unchanged(state)
            command = Register(
                id=supplier_id,
                folio=known.folios[rfc],
                profile=profile,
                privacy_notice=claim.privacy_notice,
                notice_read_at=claim.received_at if claim.privacy_notice else None,
            )
            return handlers.register(command, now(), known.registry)

        return await change.run(commands, suppliers, supplier_id, decide, Receipt.of, About(intake_of, (rfc,)))

    return api
