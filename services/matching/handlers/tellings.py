"""Alignments and matches that are told once more, as they are."""

from services.matching.domain.sweeps import TELL_ALL
from services.matching.domain.telling import Telling
from shared.messaging.decision import Decision, SweepRequest


def tell_all(telling: Telling) -> Decision[Telling]:
    """Tell every firm's alignment and matches once more."""
    return Decision(telling, sweeps=(SweepRequest(TELL_ALL),))
