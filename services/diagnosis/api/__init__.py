"""HTTP of this stage: the instrument, the three states of answers, re-scores and gaps."""

from fastapi import APIRouter

from services.diagnosis.api import (
    answers,
    attachments,
    benchmarks,
    calibrations,
    draft,
    instruments,
    measurements,
    operations,
    reads,
    rescores,
    visits,
    waiting,
)
from shared.attachments.keeping import Attachments
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service import http


def router(kept: Attachments, share: int, commands: Commands, database: Database) -> APIRouter:
    return http.together(
        reads.router(database),
        instruments.router(database),
        answers.router(commands, database, share),
        attachments.router(kept, database),
        benchmarks.router(commands, database),
        calibrations.router(commands, database, share),
        draft.router(commands, database, share),
        operations.router(commands, database),
        measurements.router(commands, database),
        rescores.router(commands),
        visits.router(commands, database),
        waiting.router(database),
    )
