"""Dead letters and checkpoints, as every service tells them."""

from datetime import datetime

from services.portal.domain.watch import Checkpoint, Letter
from shared.contracts.audit import AuditSealed
from shared.contracts.dead_letters import DeadLetter
from shared.messaging.decision import Decision, unchanged


def set_aside(_: Letter | None, event: DeadLetter, __: datetime) -> Decision[Letter]:
    return Decision(
        Letter(
            event.dead_letter_id,
            event.service,
            event.source_topic,
            event.source_key,
            event.event_type,
            event.reason,
            event.error,
            event.blocked,
            event.at,
        )
    )


def sealed(state: Checkpoint | None, event: AuditSealed, _: datetime) -> Decision[Checkpoint]:
    """A log that was cut off shows a shorter one later: the longest is kept."""
    if state is not None and event.size < state.size:
        return unchanged(state)
    return Decision(Checkpoint(event.log_id, event.service, event.size, event.note, event.sealed_at))
