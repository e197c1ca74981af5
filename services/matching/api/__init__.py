"""HTTP for anchors' buyers, suppliers and operators: the same decisions as everywhere."""

from fastapi import APIRouter

from services.matching.api import (
    awards,
    demand,
    imports,
    matches,
    meetings,
    nearness,
    performance,
    requirements,
    suppliers,
    tellings,
)
from services.matching.settings import MatchingSettings
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service import http


def router(settings: MatchingSettings, commands: Commands, database: Database) -> APIRouter:
    """Every route of matching."""
    return http.together(
        demand.router(database),
        imports.router(settings, database),
        requirements.router(commands, database),
        matches.router(commands, database),
        awards.router(commands, database),
        performance.router(commands, database),
        meetings.router(commands, database),
        suppliers.router(database),
        nearness.router(database),
        tellings.router(commands, database),
    )
