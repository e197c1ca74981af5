"""Composition root of the stage."""

from starlette.types import ASGIApp

from services.portal import api, consume
from services.portal.api.asking import Portal
from services.portal.identity.people import People
from services.portal.settings import Settings
from services.portal.stages import Stages
from shared.runtime.database import Database
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    settings = Settings()

    def pages(database: Database) -> ASGIApp:
        return api.pages(Portal(People(settings, database), Stages(settings), database, settings.portal_url))

    return Stage("portal", lambda *_: api.no_api(), consume.ROUTES, keep=consume.keep, pages=pages), settings
