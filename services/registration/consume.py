"""What happens without a command: registration reads no topic, but sweeps its own store, and forgets claims and
invitations.
"""

from services.registration import handlers
from services.registration.handlers import people as on_people
from services.registration.store import claims, listing, participating, suppliers
from services.registration.store.people import people
from shared.messaging.routing import Routes, Sweeps, Timers, at, over

ROUTES: Routes = ()

TIMERS: Timers = (
    at(handlers.CLAIM_EXPIRES, claims, handlers.forget_claim),
    at(on_people.INVITATION_EXPIRES, people, on_people.lapse),
)

SWEEPS: Sweeps = (over(handlers.RESCREEN, suppliers, handlers.rescreen, select=participating, reference=listing),)
