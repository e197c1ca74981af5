"""Composition root of the stage."""

from functools import partial

from services.diagnosis import api, store
from services.diagnosis.consume import ONCE, ROUTES, SWEEPS
from services.diagnosis.settings import Settings
from services.diagnosis.store import calibrations
from shared.attachments import records
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.runtime import metrics
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    settings = Settings()
    figures = {
        metrics.FIRMS: store.FIRMS,
        metrics.ALIGNMENTS: store.ALIGNMENTS,
        metrics.CALIBRATIONS: calibrations.STANDINGS,
        metrics.CALIBRATION_HELD: calibrations.HELD,
        metrics.KAPPA: calibrations.KAPPA,
        metrics.UNSEALED: records.UNSEALED,
    }
    attachments = Attachments("diagnosis", AttachmentSettings(), store.GONE)
    router = partial(api.router, attachments, settings.calibration_share_bp)
    stage = Stage("diagnosis", router, ROUTES, sweeps=SWEEPS, once=ONCE, figures=figures, attachments=attachments)
    return stage, settings
