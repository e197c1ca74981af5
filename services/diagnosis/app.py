"""Composition root of the stage."""

from services.diagnosis import api, store
from services.diagnosis.consume import ROUTES, SWEEPS
from services.diagnosis.settings import Settings
from shared.runtime import metrics
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    figures = {metrics.FIRMS: store.FIRMS, metrics.ALIGNMENTS: store.ALIGNMENTS}
    return Stage("diagnosis", api.router, ROUTES, sweeps=SWEEPS, figures=figures), Settings()
