"""Composition root of the stage."""

from functools import partial

from services.development import api, store
from services.development.consume import ROUTES
from services.development.settings import Settings
from shared.runtime import metrics
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    settings = Settings()
    router = partial(api.router, default_capacity=settings.cohort_capacity)
    return Stage("development", router, ROUTES, figures={metrics.FIRMS: store.FIRMS}), settings
