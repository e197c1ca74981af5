"""Composition root of the stage."""

from functools import partial

from services.diagnosis import api, store
from services.diagnosis.consume import ROUTES, SWEEPS
from services.diagnosis.settings import Settings
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.runtime import metrics
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    figures = {metrics.FIRMS: store.FIRMS, metrics.ALIGNMENTS: store.ALIGNMENTS}
    attachments = Attachments("diagnosis", AttachmentSettings(), store.GONE)
    router = partial(api.router, attachments)
    stage = Stage("diagnosis", router, ROUTES, sweeps=SWEEPS, figures=figures, attachments=attachments)
    return stage, Settings()
