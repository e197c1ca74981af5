"""HTTP for suppliers, anchors' operators and the program's: the same decisions as everywhere."""

from fastapi import APIRouter

from services.registration.api import (
    anchors,
    arco,
    attachments,
    claims,
    contacts,
    disputes,
    exports,
    held,
    imports,
    introductions,
    past,
    people,
    prospects,
    rfcs,
    screening,
    suppliers,
    tellings,
    twins,
)
from services.registration.api.mailing import Mailing
from services.registration.settings import RegistrationSettings
from shared.attachments.keeping import Attachments
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service import http
from shared.service.http.rate_limit import RateLimit


def router(settings: RegistrationSettings, kept: Attachments, commands: Commands, database: Database) -> APIRouter:
    """Every route of registration."""
    limit = RateLimit(settings.registrations_per_minute, settings.registrations_burst)
    mailing = Mailing.of(settings, database)
    return http.together(
        claims.router(settings, limit, mailing, commands),
        rfcs.router(),
        exports.router(database),
        suppliers.router(commands, database),
        past.router(database),
        held.router(database),
        attachments.router(kept, database),
        contacts.router(mailing, commands),
        disputes.router(commands),
        twins.router(commands, database),
        introductions.router(commands, database),
        arco.router(commands, database),
        people.router(settings, mailing, commands, database),
        imports.router(settings, database),
        anchors.router(commands, database),
        screening.router(settings, database),
        tellings.router(commands, database),
        prospects.router(settings, commands, database),
    )
