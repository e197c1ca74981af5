"""Profiles that are told once more, as they are."""

from collections.abc import Mapping
from datetime import datetime

from services.registration.domain.supplier import Supplier
from services.registration.handlers.readers import as_it_is
from shared.messaging.decision import Decision, SweepRequest, unchanged
from shared.telling import Telling

TELL_PROFILES = "tell_profiles"
"""The sweep over every supplier that takes part."""


def tell_all(telling: Telling) -> Decision[Telling]:
    """Tell every profile once more."""
    return Decision(telling, sweeps=(SweepRequest(TELL_PROFILES),))


def tell(state: Supplier | None, _args: Mapping[str, str], _now: datetime) -> Decision[Supplier]:
    """Tell one profile as it is. Of a firm that is held nobody ever heard."""
    if state is None or state.status != "registered":
        return unchanged(state)
    return Decision(state, (as_it_is(state),))
