"""When firms are compared: as soon as what they are compared by is another."""

from datetime import datetime

from services.registration.domain import likeness, twins
from services.registration.domain.supplier import Supplier
from services.registration.domain.twins import LOOK_OUT, Lookout
from shared.messaging.decision import Decision, Timer, unchanged


def compared(before: Supplier | None, after: Supplier, now: datetime) -> tuple[Timer, ...]:
    """A look at a firm that is new, or not what it was. After it is stored: whoever registers at the same moment is
    there by then, or looks itself.
    """
    same = before is not None and likeness.of(before) == likeness.of(after)
    return () if same else (Timer(LOOK_OUT, now),)


def look_out(state: Lookout | None, now: datetime) -> Decision[Lookout]:
    """Write down which firms are probably this one."""
    return unchanged(None) if state is None else Decision(twins.looked(state, now))
