"""What happens without a command: registration reads no topic, but sweeps its own store, and forgets claims and
invitations.
"""

from services.registration import handlers
from services.registration.domain.claim import Claim
from services.registration.domain.mail import DISPUTES_AT_ONCE, DISPUTES_EVERY
from services.registration.domain.person import Person
from services.registration.domain.prospect_areas import PLACING
from services.registration.domain.supplier import Supplier
from services.registration.domain.twins import LOOK_OUT
from services.registration.handlers import mails as due
from services.registration.handlers import people as on_people
from services.registration.handlers import prospects as on_prospects
from services.registration.handlers import tellings
from services.registration.handlers.claims import CLAIM_EXPIRES, forget_claim
from services.registration.handlers.lookouts import look_out
from services.registration.settings import RegistrationSettings
from services.registration.store import (
    disputed_before,
    holder_of,
    listing,
    participating,
    supplier_of,
    suppliers,
)
from services.registration.store.claims import claims
from services.registration.store.derived import (
    ARCO_WANTED,
    PEOPLE_WANTED,
    SEAL_ARCO,
    SEAL_PEOPLE,
    SEAL_SUPPLIERS,
    SUPPLIERS_WANTED,
    arco_sealed,
    derive_suppliers,
    people_sealed,
    seal_suppliers,
)
from services.registration.store.people import people
from services.registration.store.prospects import placed_otherwise, prospects
from services.registration.store.twins import lookouts
from services.registration.views import letters
from shared.messaging.decision import SweepRequest
from shared.messaging.routing import Again, Routes, Slices, Sweeps, Timers, at, over
from shared.runtime.database import Connection
from shared.service.mail import Mail
from shared.service.mailing import MailLimit, MailRoute, Mails

ROUTES: Routes = ()

TIMERS: Timers = (
    at(CLAIM_EXPIRES, claims, forget_claim),
    at(on_people.INVITATION_EXPIRES, people, on_people.lapse),
    at(LOOK_OUT, lookouts, look_out),
)

DERIVE_SUPPLIERS = "derive_suppliers"
"""The sweep over suppliers of before they were found by all that they are found by now."""

DISPUTES = MailLimit("mails_of_disputes", DISPUTES_EVERY, DISPUTES_AT_ONCE)

SWEEPS: Sweeps = (
    over(handlers.RESCREEN, suppliers, handlers.rescreen, select=participating, reference=listing),
    over(tellings.TELL_PROFILES, suppliers, tellings.tell, select=participating),
    Slices(DERIVE_SUPPLIERS, derive_suppliers),
    Slices(SEAL_SUPPLIERS, seal_suppliers),
    people_sealed,
    arco_sealed,
    over(on_prospects.PLACE_PROSPECTS, prospects, on_prospects.place_anew, select=placed_otherwise),
)

ONCE = (
    SweepRequest(DERIVE_SUPPLIERS, {"columns": "phone"}),
    SweepRequest(on_prospects.PLACE_PROSPECTS, {"rules": PLACING.version}),
)
"""With the column that came last: with another one it is a sweep that no store has had."""

AGAIN = (
    Again(SweepRequest(SEAL_SUPPLIERS), SUPPLIERS_WANTED),
    Again(SweepRequest(SEAL_PEOPLE), PEOPLE_WANTED),
    Again(SweepRequest(SEAL_ARCO), ARCO_WANTED),
)
"""Of a process that seals: what the store has in clear is written anew."""


def mails(settings: RegistrationSettings) -> Mails:
    """What is mailed until a server takes it."""

    async def confirmation(_: Connection, claim: Claim, code: str) -> Mail | None:
        if claim.profile is None or claim.profile.contact is None:
            return None
        to, page = claim.profile.contact.email, settings.confirmation_url
        return letters.confirmation(claim.id, to, code, page, claim.language)

    async def invitation(connection: Connection, invited: Person, code: str) -> Mail | None:
        firm = await supplier_of(connection, invited.supplier_id)
        return None if firm is None else letters.invitation(firm, invited, code, settings.invitation_url)

    async def dispute(connection: Connection, claimant: Supplier, _: str) -> Mail | None:
        if await disputed_before(connection, claimant):
            # Told already: whoever claims one RFC many times does not fill its holder's mailbox.
            return None
        holder = await holder_of(connection, claimant.rfc)
        return None if holder is None else letters.dispute(claimant.id, holder)

    routes = (
        MailRoute(due.CLAIM_MAIL, claims, due.claim_again, confirmation),
        MailRoute(due.INVITATION_MAIL, people, due.invitation_again, invitation),
        MailRoute(due.DISPUTE_MAIL, suppliers, due.dispute_again, dispute, DISPUTES),
    )
    return Mails(routes, settings.sender())
