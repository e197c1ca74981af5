"""HTTP for suppliers, anchors' operators and the program's: the same decisions as everywhere."""

from fastapi import APIRouter

from services.registration.api import anchors, imports, screening, suppliers
from services.registration.settings import RegistrationSettings
from shared.messaging.commands import Commands
from shared.runtime.database import Database


def router(settings: RegistrationSettings, commands: Commands, database: Database) -> APIRouter:
    """Every route of registration."""
    api = APIRouter()
    api.include_router(suppliers.router(settings, commands, database))
    api.include_router(imports.router(settings, commands))
    api.include_router(anchors.router(commands, database))
    api.include_router(screening.router(settings, commands, database))
    return api
