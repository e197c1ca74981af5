"""What one service brings to the shell that runs it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from shared.attachments.keeping import Attachments
from shared.contracts.dead_letters import ServiceName
from shared.messaging.batch import BatchRunner
from shared.messaging.commands import Commands
from shared.messaging.decision import SweepRequest
from shared.messaging.dlq_limit import DlqLimit
from shared.messaging.encrypting import PublicKeys
from shared.messaging.importing import Kinds
from shared.messaging.outbox import KeepSendings
from shared.messaging.request_limits import RequestLimits
from shared.messaging.routing import Again, Keep, Routes, Sweeps, Timers
from shared.messaging.skips import Skips
from shared.runtime.database import Database
from shared.security.tokens import Issuer
from shared.service import http
from shared.service.callers import Members
from shared.service.erasures import EraseAgain
from shared.service.figures import Queries
from shared.service.housekeeping import Forget
from shared.service.mailing import Mails
from shared.service.trail import Trail


@dataclass(frozen=True)
class Stage:
    """What one service brings; the rest is the same for all."""

    name: ServiceName
    router: Callable[[Commands, Database], APIRouter]
    routes: Routes = ()
    timers: Timers = ()
    sweeps: Sweeps = ()
    imports: Kinds = field(default_factory=dict)
    mails: Mails | None = None
    """What it mails, and where mail goes."""
    once: tuple[SweepRequest, ...] = ()
    """Sweeps that a store is to have once, however many processes start, as one for each version of its rules."""
    again: tuple[Again, ...] = ()
    """Sweeps that each start asks for while there is something for them to do."""
    topics: tuple[str, ...] | None = None
    """What it reads; what the catalogue says unless named."""
    partners: str | None = None
    """Pattern of the partners' topics that the stage reads, in a group of its own: a flood there delays no stage."""
    public_keys: PublicKeys | None = None
    """Keys of the partners that it writes to: what is personal is encrypted to them."""
    keep_sendings: KeepSendings | None = None
    """Keeps when what went to partners, and to which of their keys it was encrypted."""
    keep: Keep | None = None
    """Writes what it keeps of every event as it came."""
    attachments: Attachments | None = None
    """Files that people give it as evidence or certificates."""
    erase_again: EraseAgain | None = None
    """Takes what was erased out of what came back with a backup, where that has it in clear."""
    forget: Forget | None = None
    """Forgets what of its own is past its use."""
    pages: Callable[[Database], ASGIApp] | None = None
    """What it shows people: whatever address is none of its API's."""
    figures: Queries = field(default_factory=dict)
    """What of the program its store can tell a dashboard."""
    members: Callable[[Database], Members] | None = None
    """What its store knows of firms' people; without, their tokens alone say for which firm they speak."""

    def application(self, issuer: Issuer, router: APIRouter, database: Database) -> FastAPI:
        """What serves its routes."""
        members = None if self.members is None else self.members(database)
        trail, limits = Trail(self.name, database), RequestLimits(database)
        pages = None if self.pages is None else self.pages(database)
        return http.application(self.name, issuer, router, trail, limits, members, pages)

    def runner(self, database: Database, limit: DlqLimit | None = None, skips: Skips | None = None) -> BatchRunner:
        """What consumes its records."""
        return BatchRunner(database, self.name, self.routes, limit, skips, self.keep)
