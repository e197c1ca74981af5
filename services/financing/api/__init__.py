"""HTTP of this stage: what a firm needs and may choose, its consents and its referrals; partners for operators."""

from fastapi import APIRouter

from services.financing.api import cases, consents, contract, desk, partners, products, referrals, trials
from services.financing.domain.terms import Terms
from shared.messaging.commands import Commands
from shared.messaging.routing import Reference
from shared.runtime.database import Database
from shared.service import http


def router(commands: Commands, database: Database, *, terms: Reference[Terms]) -> APIRouter:
    return http.together(
        cases.router(database),
        consents.router(commands, database, terms),
        referrals.router(commands, database, terms),
        partners.router(commands, database, terms),
        products.router(commands, database, terms),
        trials.router(commands, database, terms),
        desk.router(commands, database, terms),
        contract.router(),
    )
