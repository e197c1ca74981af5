"""Composition root of the stage."""

from starlette.types import ASGIApp

from services.portal import api, consume
from services.portal.api.portal import Controller, Portal
from services.portal.identity.people import People
from services.portal.settings import Settings
from services.portal.stages import Stages
from services.portal.store import drafts, firms, sessions, subscriptions
from services.portal.store.arrivals import Arrivals
from shared.messaging.commands import Commands
from shared.messaging.request_limits import RequestLimits
from shared.runtime import metrics
from shared.runtime.database import Connection, Database
from shared.service.stage import Stage


def build() -> tuple[Stage, Settings]:
    settings = Settings()

    def pages(database: Database) -> ASGIApp:
        people, stages, arrivals = People(settings, database), Stages(settings), Arrivals(database)
        commands = Commands(database, "portal")
        app = api.pages(
            Portal(people, stages, database, arrivals, commands, settings.portal_url, _controller(settings))
        )
        app.state.limits = RequestLimits(database)
        return app

    stage = Stage(
        "portal",
        lambda *_: api.no_api(),
        consume.ROUTES,
        timers=consume.TIMERS,
        mails=consume.mails_of(settings),
        figures={metrics.MAILS_WAITING: subscriptions.MAILS_WAITING, metrics.ALIGNMENTS: firms.ALIGNMENTS},
        keep=consume.keep,
        erase_again=subscriptions.erase_again,
        forget=_forget,
        pages=pages,
    )
    return stage, settings


def _controller(settings: Settings) -> Controller | None:
    given = Controller(settings.controller_name, settings.controller_address, settings.controller_contact)
    return given if all(each.strip() for each in given) else None


async def _forget(connection: Connection) -> None:
    """What browsers began and did not end, and who wants no news any more; and seal what was kept in clear."""
    await sessions.forget(connection)
    await drafts.forget_ended(connection)
    await subscriptions.forget(connection)
    await subscriptions.seal_older(connection)
