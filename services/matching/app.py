"""Composition root of matching."""

from functools import partial

from services.matching.api import router
from services.matching.consume import ROUTES, SWEEPS, TIMERS
from services.matching.settings import MatchingSettings
from shared.runtime.settings import ServiceSettings
from shared.service.service import Stage


def build() -> tuple[Stage, ServiceSettings]:
    """The stage and its settings, from the environment."""
    settings = MatchingSettings()
    return Stage("matching", partial(router, settings), routes=ROUTES, timers=TIMERS, sweeps=SWEEPS), settings
