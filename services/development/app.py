"""Composition root of the stage."""

from functools import partial

from services.development import api, store
from services.development.consume import ONCE, ROUTES, SWEEPS, TIMERS
from services.development.settings import Settings
from shared.attachments import records
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.runtime import metrics
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    attachments = Attachments("development", AttachmentSettings(), store.GONE)
    router = partial(api.router, attachments)
    stage = Stage(
        "development",
        router,
        ROUTES,
        timers=TIMERS,
        sweeps=SWEEPS,
        once=ONCE,
        figures={metrics.FIRMS: store.FIRMS, metrics.UNSEALED: records.UNSEALED},
        attachments=attachments,
    )
    return stage, Settings()
