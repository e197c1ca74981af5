"""The stage of the fault runs with all its ways in: what it is told, commands over HTTP, and timers.

`python -m tests.faults.whole_stage`, with the settings of `tests/faults/service.py`. A desk counts what it is told by
commands, each number once, and rings by a timer after each: both go through the outbox, as `Told` of two keys.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.contracts.event import Cause
from shared.messaging import relay, revision, worker
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Refused, Timer, unchanged
from shared.messaging.repository import TableRepository
from shared.messaging.routing import Timers, at
from shared.runtime import database
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.settings import ServiceSettings
from shared.service import service
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import routes
from shared.service.stage import Stage
from tests.conformance.events import Told
from tests.faults import broken, stage
from tests.faults.service import NO_SCRIPTS, ROUND

DESKS = "CREATE TABLE desk (id uuid PRIMARY KEY, told int NOT NULL, rung int NOT NULL)"


class Table(SQLModel, registry=registry()):
    pass


class DeskRow(Table, table=True):
    __tablename__ = "desk"
    id: UUID = Field(primary_key=True)
    told: int
    rung: int


@dataclass(frozen=True)
class Desk:
    id: UUID
    told: int
    rung: int


desks = TableRepository(DeskRow, Desk)


def bell(desk: UUID) -> UUID:
    """The key of what a desk's timer decides."""
    return uuid5(desk, "bell")


def router(topic: str) -> Callable[[Commands, Database], APIRouter]:
    def build(commands: Commands, _: Database) -> APIRouter:
        api = routes("desks")

        @api.put("/desks/{desk_id}/told/{number}", openapi_extra=OPEN_TO_ALL)
        async def tell(desk_id: UUID, number: int) -> dict[str, int]:
            """Tell a desk a number; one that it was told before changes nothing."""

            def decide(desk: Desk | None, _: None) -> Decision[Desk] | Refused:
                before = desk or Desk(desk_id, 0, 0)
                if number <= before.told:
                    return unchanged(before)
                event = Told(on=topic, account=desk_id, number=number)
                return Decision(replace(before, told=number), (event,), (Timer("ring", now()),))

            desk = await commands.run(desks, desk_id, decide, Cause(str(uuid4())))
            assert isinstance(desk, Desk)
            return {"told": desk.told}

        return api

    return build


def timers(topic: str) -> Timers:
    def ring(desk: Desk | None, _: datetime) -> Decision[Desk]:
        assert desk is not None
        rung = desk.rung + 1
        return Decision(replace(desk, rung=rung), (Told(on=topic, account=bell(desk.id), number=rung),))

    return (at("ring", desks, ring),)


def stays_with_a_server_that_was_demoted() -> None:
    """A build that tries again on the server that says that it takes no writes."""

    async def keep(*_: object) -> None:
        return

    broken._replace(Database, "_give_up", keep)
    for module in (database, worker):
        broken._replace(module, "refuse_read_only", lambda _: None)


broken.BUILDS["stays_with_a_server_that_was_demoted"] = stays_with_a_server_that_was_demoted


def build() -> tuple[Stage, ServiceSettings]:
    relay.ROUND = ROUND
    revision.SERVICES = NO_SCRIPTS
    topics = tuple(os.environ["PDP_TOPICS"].split(","))
    made = Stage("portal", router(topics[0]), stage.routes(topics[1]), timers(topics[0]), topics=topics)
    return broken.build(os.environ.get("PDP_BROKEN", ""), made), ServiceSettings()


if __name__ == "__main__":
    service.main(build)
