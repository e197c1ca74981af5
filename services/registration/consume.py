"""What happens to suppliers without a command: registration reads no topic, but sweeps its own store."""

from services.registration import handlers
from services.registration.store import listing, participating, suppliers
from shared.messaging.routing import Routes, Sweeps, over

ROUTES: Routes = ()

SWEEPS: Sweeps = (over(handlers.RESCREEN, suppliers, handlers.rescreen, select=participating, reference=listing),)
