"""What happens without a command: registration reads no topic, but sweeps its own store and forgets claims."""

from services.registration import handlers
from services.registration.store import claims, listing, participating, suppliers
from shared.messaging.routing import Routes, Sweeps, Timers, at, over

ROUTES: Routes = ()

TIMERS: Timers = (at(handlers.CLAIM_EXPIRES, claims, handlers.forget_claim),)

SWEEPS: Sweeps = (over(handlers.RESCREEN, suppliers, handlers.rescreen, select=participating, reference=listing),)
