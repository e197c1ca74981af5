"""HTTP for anchors' buyers, suppliers and operators: the same decisions as everywhere."""

from fastapi import APIRouter

from services.matching.api import demand, imports, matches, requirements, suppliers
from services.matching.settings import MatchingSettings
from shared.messaging.commands import Commands
from shared.runtime.database import Database


def router(settings: MatchingSettings, commands: Commands, database: Database) -> APIRouter:
    """Every route of matching."""
    api = APIRouter()
    api.include_router(demand.router(database))
    api.include_router(imports.router(settings, commands, database))
    api.include_router(requirements.router(commands, database))
    api.include_router(matches.router(commands, database))
    api.include_router(suppliers.router(database))
    return api
