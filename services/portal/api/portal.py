"""What all pages share."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.portal.identity.people import People
from services.portal.stages import Stages
from services.portal.store.arrivals import Arrivals
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service.http.rate_limit import RateLimit


class Controller(NamedTuple):
    """As the privacy notice names it."""

    name: str
    address: str
    contact: str


@dataclass(frozen=True, slots=True)
class Portal:
    """What pages are made with."""

    people: People
    stages: Stages
    database: Database
    arrivals: Arrivals
    commands: Commands
    url: str
    controller: Controller | None = None
    """Who is responsible for the data; None: this is a trial."""
    sign_ins: RateLimit = field(default_factory=lambda: RateLimit(60, 60, "sign_ins"))
    """Of one address: each is kept for minutes. An office comes from one address in the morning."""
    forms: RateLimit = field(default_factory=lambda: RateLimit(60, 120, "forms"))
    """Of one address where nobody is signed in: what they say may be kept."""
    drafts: RateLimit = field(default_factory=lambda: RateLimit(5, 30, "drafts"))
    """New ones of one address: each is kept for a day."""
