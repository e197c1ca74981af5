"""HTTP of this stage: cohorts and their selection for operators, plans for firms and mentors."""

from fastapi import APIRouter

from services.development.api import (
    activities,
    appeals,
    attachments,
    calendar,
    calls,
    cohorts,
    drop_outs,
    effect,
    modules,
    outcomes,
    plans,
    replacing,
    selection,
    waiting,
)
from shared.attachments.keeping import Attachments
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service import http


def router(kept: Attachments, commands: Commands, database: Database) -> APIRouter:
    return http.together(
        cohorts.router(commands, database),
        selection.router(commands, database),
        outcomes.router(database),
        drop_outs.router(commands, database),
        replacing.router(commands, database),
        appeals.router(commands, database),
        calls.router(),
        plans.router(commands, database),
        activities.router(commands, database),
        calendar.router(commands, database),
        attachments.router(kept, database),
        modules.router(),
        effect.router(database),
        waiting.router(database),
    )
