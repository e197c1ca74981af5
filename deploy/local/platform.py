"""The whole platform on one machine: engines, what they need, and one process per service, each started again when it
crashes. All of its state is in one data folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.engines.command import Command, address_in_use
from deploy.engines.errors import DeployError
from deploy.engines.kafka import Kafka, KafkaNodeError
from deploy.engines.notices import Notice, Report
from deploy.engines.ports import LOOPBACK
from deploy.engines.postgres import Postgres
from deploy.engines.postgres_server import PostgresError
from deploy.local import services
from deploy.local.aside import aside
from deploy.local.client import LocalClient, target_of
from deploy.local.hold import is_held, is_planned
from deploy.local.issuer import process as issuer
from deploy.local.layout import Layout
from deploy.local.logs import keep_short
from deploy.local.state import Claim, claim
from deploy.local.supervisor import Supervisor, run_once
from deploy.provision import provisioning
from deploy.provision.partners import PartnerBook
from deploy.target import target
from deploy.target.readiness import Readiness, Troubles
from deploy.target.services import present
from shared.messaging.topics import SERVICES

ANY_PORTS = "PDP_ANY_PORTS"
"""Set, no usual port is taken: two platforms that start at the same moment would both see it free."""
ENGINE_TIMEOUT = 90.0
"""Seconds for an engine to be up: a broker that was killed reads its whole log again."""
SERVICE_TIMEOUT = 90.0
"""Seconds for all services to be ready, on a machine that is busy with something else."""
CRASHES_AT_START = 3
"""A process that ends as often while it starts will not start at all."""
OLD_SECRETS_EVERY_S = 60.0
"""A partner's old secret is good for so much longer than was said."""
PROBE_SLICE = 0.5
PROBE_PAUSE = 0.2


class PlatformError(DeployError):
    """The platform cannot be started."""


@asynccontextmanager
async def running(data: Path, report: Report) -> AsyncIterator[LocalClient]:
    """The platform for the time of the block: started before it, all ready, stopped in order after it.

    `report` is told each step and each crash. It must run on asyncio's own loop in the main thread.
    Raises ``AlreadyRunningError`` when another process runs this folder, ``PlatformError`` and the engines' own errors.
    """
    with claim(data) as held:
        if held.ended:
            report(Notice.of("recovered", names=", ".join(held.ended)))
        platform = Platform(data, held, report)
        try:
            await platform.start()
            held.record_ready()
            yield LocalClient.of(data, platform.ports)
        finally:
            await platform.stop()


class Platform:
    """The composition. The data folder must be claimed."""

    def __init__(self, data: Path, held: Claim, report: Report) -> None:
        self._layout = Layout(data)
        self._held = held
        self._report = report
        self._usual_ports = not os.environ.get(ANY_PORTS)
        if self._usual_ports:
            self._kafka, self._postgres = Kafka(self._layout.kafka), Postgres(self._layout.postgres)
        else:
            self._kafka = Kafka(self._layout.kafka, port=0, controller_port=0)
            self._postgres = Postgres(self._layout.postgres, port=0)
        self._book = PartnerBook(self._layout.partners)
        self._services = present()
        self._passwords = self._layout.service_passwords(SERVICES)
        self._supervisor = Supervisor(
            on_change=lambda _: self._record(),
            report=report,
            held=lambda name: is_held(data, name),
            planned=lambda name, pid: is_planned(data, name, pid),
        )
        self._rotation: asyncio.Task[None] | None = None
        self._endings: asyncio.Task[None] | None = None
        self.ports: dict[str, int] = {}

    async def start(self) -> None:
        """Start everything, and return when every service is ready."""
        self._layout.issuer().ensure_key()
        self._rotation = asyncio.create_task(keep_short(self._logs), name="keep logs short")
        async with _together() as engines:
            engines.create_task(self._start_kafka())
            stores = engines.create_task(self._start_stores())
        async with _together() as rest:
            rest.create_task(self._start_services(stores.result()))
            rest.create_task(aside(provisioning.limit, self._kafka.client_config(), self._book))
        self._endings = asyncio.create_task(self._end_old_secrets(), name="end old secrets")

    async def stop(self) -> None:
        """Stop the services, then the engines."""
        await self._supervisor.stop(grace=services.STOP_GRACE)
        for task in (self._rotation, self._endings):
            if task is not None:
                task.cancel()

    async def _end_old_secrets(self) -> None:
        """Those of partners whose time is up. A Kafka that is away is asked the next time."""
        while True:
            with contextlib.suppress(DeployError):
                await aside(provisioning.end_rotations, self._kafka.client_config(), self._book)
            await asyncio.sleep(OLD_SECRETS_EVERY_S)

    def _logs(self) -> list[Path]:
        """All that only we can rotate: Kafka itself does so with its own log."""
        return [file for name, file in self._layout.logs().items() if name != "kafka"]

    async def _start_kafka(self) -> None:
        partners = self._book.ensure_first()
        await aside(self._kafka.install, self._report)
        command = await aside(self._kafka.command)
        self._report(Notice.of("kafka.starting", address=self._kafka.bootstrap))
        await self._supervisor.start(command)
        await self._engine_up("kafka", self._kafka.wait_ready)
        self._report(Notice.of("kafka.filling"))
        await aside(provisioning.provision, self._kafka.client_config(), self._passwords, partners)

    async def _start_stores(self) -> dict[str, str]:
        """PostgreSQL with a migrated store for each service: the services' own connection strings."""
        command = await aside(self._postgres.command)
        self._report(Notice.of("postgres.starting", port=self._postgres.port))
        await self._supervisor.start(command)
        await self._engine_up("postgres", self._postgres.wait_ready)
        stores = await aside(self._postgres.ensure_databases, self._services)
        self._report(Notice.of("postgres.migrating"))
        migration = services.migration(self._layout, stores)
        if await run_once(migration) != 0:
            raise PlatformError("migration", log=migration.log)
        return self._postgres.service_urls(stores)

    async def _engine_up(self, name: str, wait_ready: Callable[[float], None]) -> None:
        """Wait in slices: a stop, or an engine that keeps crashing, ends the wait."""
        deadline = time.monotonic() + ENGINE_TIMEOUT
        while True:
            try:
                await aside(wait_ready, PROBE_SLICE)
            except (KafkaNodeError, PostgresError):
                self._refuse_crashing(name)
                if time.monotonic() > deadline:
                    raise
            else:
                return

    async def _start_services(self, stores: dict[str, str]) -> None:
        names = services.processes(self._services)
        ports = services.choose_ports(names, usual=self._usual_ports)
        self.ports = {"kafka": _port_of(self._kafka), "postgres": self._postgres.port, **ports}
        self._held.record_ports(self.ports)
        target.write(target_of(self._layout.data, self.ports), self._layout.target)
        self._report(Notice.of("services.starting", names=", ".join(names)))
        for name in names:
            await self._supervisor.start(self._command(name, stores, ports))
        await self._services_ready(ports)

    def _command(self, name: str, stores: Mapping[str, str], ports: Mapping[str, int]) -> Command:
        if name == issuer.NAME:
            return issuer.command(self._layout, ports)
        return services.command(
            name,
            layout=self._layout,
            kafka=self._kafka,
            password=self._passwords[name],
            store=stores[name],
            ports=ports,
        )

    async def _services_ready(self, ports: dict[str, int]) -> None:
        urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
        deadline = time.monotonic() + SERVICE_TIMEOUT
        waiting: list[str] = []
        async with Readiness() as readiness:
            while late := {name: found for name, found in (await readiness.troubles(urls)).items() if found}:
                for name in late:
                    self._refuse_crashing(name)
                if time.monotonic() > deadline:
                    name, found = next(iter(late.items()))
                    raise PlatformError("late", name=name, why=_shown(found), log=self._layout.log(name))
                if waiting != [*late]:
                    waiting = [*late]
                    self._report(Notice.of("services.waiting", names=", ".join(waiting)))
                await asyncio.sleep(PROBE_PAUSE)

    def _refuse_crashing(self, name: str) -> None:
        if self._supervisor.restarts.get(name, 0) >= CRASHES_AT_START:
            logs = {"kafka": self._kafka.log, "postgres": self._postgres.log}
            log = logs.get(name) or self._layout.log(name)
            raise PlatformError("crashing_address" if address_in_use(log) else "crashing", name=name, log=log)

    def _record(self) -> None:
        self._held.record_children(self._supervisor.processes, self._supervisor.restarts)


@asynccontextmanager
async def _together() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group whose first error comes out as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


def _shown(found: Troubles) -> str:
    return "; ".join(f"{part}: {trouble}" for part, trouble in found.items())


def _port_of(kafka: Kafka) -> int:
    return int(kafka.bootstrap.rpartition(":")[2])
