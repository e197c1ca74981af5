"""Composition root of matching."""

from functools import partial

from services.matching.api import router
from services.matching.consume import ONCE, ROUTES, SWEEPS, TIMERS
from services.matching.files.importers import RequirementImporter
from services.matching.settings import MatchingSettings
from services.matching.store import queries
from shared.runtime import metrics
from shared.runtime.settings import ServiceSettings
from shared.service.stage import Stage


def build() -> tuple[Stage, ServiceSettings]:
    """The stage and its settings, from the environment."""
    settings = MatchingSettings()
    figures = {metrics.FIRMS: queries.FIRMS}
    imports = {"requirements": partial(RequirementImporter, settings)}
    stage = Stage(
        "matching",
        partial(router, settings),
        routes=ROUTES,
        timers=TIMERS,
        sweeps=SWEEPS,
        once=ONCE,
        imports=imports,
        figures=figures,
    )
    return stage, settings
