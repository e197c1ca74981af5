"""Alignments and matches that are told once more, as they are."""

from services.matching.domain.sweeps import TELL_ALL
from shared.messaging.decision import Decision, SweepRequest
from shared.telling import Telling


def tell_all(telling: Telling) -> Decision[Telling]:
    """Tell every firm's alignment and matches once more."""
    return Decision(telling, sweeps=(SweepRequest(TELL_ALL),))
