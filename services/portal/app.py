"""Composition root of the stage."""

from starlette.types import ASGIApp

from services.portal import api, consume
from services.portal.api.asking import Portal
from services.portal.identity.people import People
from services.portal.settings import Settings
from services.portal.stages import Stages
from services.portal.store import drafts, sessions
from services.portal.store.news import News
from shared.messaging.request_limits import RequestLimits
from shared.runtime.database import Connection, Database
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    settings = Settings()

    def pages(database: Database) -> ASGIApp:
        people, stages, news = People(settings, database), Stages(settings), News(database)
        app = api.pages(Portal(people, stages, database, news, settings.portal_url))
        app.state.limits = RequestLimits(database)
        return app

    stage = Stage(
        "portal",
        lambda *_: api.no_api(),
        consume.ROUTES,
        keep=consume.keep,
        forget=_forget,
        pages=pages,
    )
    return stage, settings


async def _forget(connection: Connection) -> None:
    """What browsers began and did not end."""
    await sessions.forget(connection)
    await drafts.forget_ended(connection)
