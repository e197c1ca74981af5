"""HTTP for suppliers, anchors' operators and the program's: the same decisions as everywhere."""

from fastapi import APIRouter

from services.registration.api import anchors, imports, screening, suppliers
from services.registration.settings import RegistrationSettings
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service import http


def router(settings: RegistrationSettings, commands: Commands, database: Database) -> APIRouter:
    """Every route of registration."""
    return http.together(
        suppliers.router(settings, commands, database),
        imports.router(settings, commands),
        anchors.router(commands, database),
        screening.router(settings, commands, database),
    )
