"""The machine room: whether each service gets on, what waits in Kafka, what it missed, and whether its log is whole."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from prometheus_client.parser import text_string_to_metric_families

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import body, typed
from services.portal.domain.scope import Scope
from services.portal.domain.watch import Checkpoint
from services.portal.domain.written import WHOLE
from services.portal.stages import SERVICES, Answer
from services.portal.store import watch
from shared.messaging.subscriber import DLQ_LIMIT_REACHED
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]
FIGURES = {
    "pdp_outbox_rows": "outbox",
    "pdp_outbox_oldest_seconds": "outbox_age",
    "pdp_dead_letters_open": "dead_letters",
    "pdp_blocked_keys": "blocked",
}
LAG, ALARM = "pdp_consumer_lag", "pdp_alarm"


class Machine(NamedTuple):
    """How one process of a service is: the one that answered."""

    service: str
    away: bool
    troubles: Mapping[str, str]
    """What keeps it from getting on, by part, worded."""
    figures: Mapping[str, float]
    lags: Mapping[str, int]
    """By topic, records that it has not consumed."""
    alarms: tuple[str, ...]


def router() -> APIRouter:
    pages = APIRouter(prefix="/operations")

    @pages.get("")
    async def show_machines(asked: Anybody, _: Operator) -> Response:
        """Every service: ready or why not, alarms, backlog and lag."""
        return await _machines(asked)

    @pages.post("/services/{service}/resumption")
    async def resume(asked: Anybody, _: Operator, service: str, _form: Form) -> Response:
        """Have it consume again after too many dead letters."""
        if service not in SERVICES:
            raise HTTPException(404)
        return await acted(
            asked,
            asked.send(service, "POST", "/dead-letters/resume"),
            lambda tried: _machines(asked, tried),
            to="/operations",
            tells=False,
        )

    @pages.get("/gaps")
    async def list_gaps(asked: Anybody, _: Operator, service: Cursor = "", after: Cursor = "") -> Response:
        """What Kafka removed before it was consumed, of each service or of one."""
        return await _gaps(asked, UNTRIED, service, after)

    @pages.post("/gaps/{service}")
    async def close_gaps(asked: Anybody, _: Operator, service: str, form: Form) -> Response:
        """Close those that are done with, with the reason."""
        if service not in SERVICES:
            raise HTTPException(404)
        given = body(form, lists=("ids",))
        ids = [int(id_) for id_ in given.get("ids", ()) if WHOLE.fullmatch(id_)]
        wanted = {"ids": ids, "reason": given.get("reason", "")}
        return await acted(
            asked,
            asked.send(service, "POST", "/record-gaps/close", wanted),
            lambda tried: _gaps(asked, tried),
            to="/operations/gaps",
            typed=typed(form),
            at=f"{service}-",
            tells=False,
        )

    @pages.get("/partners")
    async def list_due(asked: Anybody, _: Operator, after: Cursor = "", partner: Cursor = "") -> Response:
        """Referrals that wait for their partner, by when it is to answer."""
        query = {name: value for name, value in (("after", after), ("partner", partner)) if value}
        due, partners = await asyncio.gather(
            asked.glance("financing", "/referrals/due", **query), asked.glance("financing", "/partners", limit=200)
        )
        return asked.page("partners.html", due=due, partners=partners, partner=partner)

    @pages.get("/audit")
    async def show_logs(asked: Anybody, _: Operator) -> Response:
        """Whether each audit log still has what it showed here before."""
        async with asked.portal.database.connection() as connection:
            kept = await watch.longest(connection)
        logs = [each for each in kept if each.service in SERVICES]
        found = await asyncio.gather(*(_from(asked, each) for each in logs))
        return asked.page("logs.html", logs=[(each, _holds(each, now)) for each, now in zip(logs, found, strict=True)])

    return pages


async def _machines(asked: Asking, tried: Tried = UNTRIED) -> Response:
    machines = await asyncio.gather(*(_machine(asked, service) for service in SERVICES))
    lags = sorted(
        ((each.service, topic, lag) for each in machines for topic, lag in each.lags.items()),
        key=lambda row: (-row[2], row[0], row[1]),
    )
    return asked.page(
        "machines.html", tried.status, machines=machines, lags=lags, stopped=DLQ_LIMIT_REACHED, **tried.shown
    )


async def _machine(asked: Asking, service: str) -> Machine:
    seen = await asked.portal.stages.watched(asked.language, service)
    if seen is None:
        return Machine(service, True, {}, {}, {}, ())  # noqa: FBT003 - a row, in the order of its fields
    samples = [*_samples(seen.metrics)]
    lags: dict[str, int] = {}
    for name, labels, value in samples:
        if name == LAG:
            lags[labels["topic"]] = lags.get(labels["topic"], 0) + int(value)
    figures = {FIGURES[name]: value for name, _, value in samples if name in FIGURES}
    alarms = tuple(labels["name"] for name, labels, value in samples if name == ALARM and value)
    return Machine(service, False, seen.troubles, figures, lags, alarms)  # noqa: FBT003 - the same


def _samples(metrics: str) -> Iterator[tuple[str, Mapping[str, str], float]]:
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


async def _gaps(asked: Asking, tried: Tried = UNTRIED, service: str = "", after: str = "") -> Response:
    chosen, query = ([service], {"after": after} if after else {}) if service in SERVICES else (SERVICES, {})
    found = await asyncio.gather(*(asked.glance(each, "/record-gaps", **query) for each in chosen))
    return asked.page("gaps.html", tried.status, gaps=[*zip(chosen, found, strict=True)], **tried.shown)


async def _from(asked: Asking, seen: Checkpoint) -> Answer | None:
    """The log's checkpoints from this one on: its place in that list is its size."""
    return await asked.glance(seen.service, "/audit/checkpoints", limit=1, after=str(max(seen.size - 1, 0)))


def _holds(seen: Checkpoint, now: Answer | None) -> bool | None:
    """Whether the log has the checkpoint that it published; None while its service is away."""
    if now is None:
        return None
    first = now.body["items"][:1]
    return bool(first) and (first[0]["size"], first[0]["note"]) == (seen.size, seen.note)
