"""HTTP of this stage: cohorts and their selection for operators, plans for firms and mentors."""

from fastapi import APIRouter

from services.development.api import activities, attachments, cohorts, drop_outs, modules, plans, selection, waiting
from shared.attachments.keeping import Attachments
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service import http


def router(kept: Attachments, commands: Commands, database: Database, *, default_capacity: int) -> APIRouter:
    return http.together(
        cohorts.router(commands, database, default_capacity),
        selection.router(commands, database),
        drop_outs.router(commands, database),
        plans.router(commands, database),
        activities.router(commands, database),
        attachments.router(kept, database),
        modules.router(),
        waiting.router(database),
    )
