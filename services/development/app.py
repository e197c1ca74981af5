"""Composition root of the stage."""

from functools import partial

from services.development import api, store
from services.development.consume import ROUTES
from services.development.settings import Settings
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.runtime import metrics
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    settings = Settings()
    attachments = Attachments("development", AttachmentSettings(), store.GONE)
    router = partial(api.router, attachments, default_capacity=settings.cohort_capacity)
    figures = {metrics.FIRMS: store.FIRMS}
    return Stage("development", router, ROUTES, figures=figures, attachments=attachments), settings
