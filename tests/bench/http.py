"""How many registrations a second the API takes, beside a bare insert behind the same server."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from statistics import median

import asyncpg
import httpx

from deploy.engines.ports import free_port
from shared.messaging.topics import SUPPLIER
from shared.security.tokens import LocalIssuer
from tests.bench.pair import Pair
from tests.bench.peers import bare_api
from tests.bench.process import end, launch
from tests.bench.report import Figures
from tests.bench.settings import Settings

CLIENTS = 32
READY_PAUSE_S = 0.05
READY_DEADLINE_S = 60.0
UNLIMITED = {"PDP_REGISTRATIONS_PER_MINUTE": "6e7", "PDP_REGISTRATIONS_BURST": "1000000000"}


class Server:
    """An API in a process of its own."""

    def __init__(self, pair: Pair, name: str, module: str, url: str) -> None:
        self.name = name
        self.rates: list[float] = []
        self._pair = pair
        self._module = module
        self._url = url
        self._port = free_port()
        self._sent = 0

    async def open(self) -> None:
        issuer = LocalIssuer(self._pair.kafka.log.parent, "http://bench", "pdp")
        issuer.ensure_key()
        environment = {
            **self._pair.environment(self._url),
            **UNLIMITED,
            "PDP_HTTP_PORT": str(self._port),
            "PDP_OIDC_JWKS": str(issuer.jwks_path),
        }
        self.process = await launch(self._pair, self.name, (sys.executable, "-m", self._module), environment)
        async with asyncio.timeout(READY_DEADLINE_S), httpx.AsyncClient() as client:
            while not await self._answers(client):  # noqa: ASYNC110
                await asyncio.sleep(READY_PAUSE_S)

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"http://127.0.0.1:{self._port}/live")).is_success
        except httpx.TransportError:
            return False

    async def close(self) -> None:
        await end(self.process)

    async def round(self, requests: int, *, counts: bool) -> None:
        words = map(str, (self._port, CLIENTS, self._sent, requests))
        load = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.load", *words, stdout=asyncio.subprocess.PIPE
        )
        answer = json.loads((await load.communicate())[0])
        self._sent += requests
        connection = await asyncpg.connect(self._url)
        stored = await connection.fetchval("SELECT count(*) FROM claim")
        await connection.close()
        if answer["created"] != requests or stored != self._sent:
            raise RuntimeError(f"{self.name} stored {stored} of {self._sent}, answered {answer}")
        if counts:
            self.rates.append(requests / answer["seconds"])


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    await pair.create_topic(SUPPLIER.name, SUPPLIER.partitions)
    servers = [
        Server(pair, "ours", "services.registration", await pair.migrated("registration")),
        Server(pair, "bare insert", "tests.bench.peers.bare_api", await pair.store(bare_api.TABLE)),
    ]
    async with AsyncExitStack() as running:
        for server in servers:
            await server.open()
            running.push_async_callback(server.close)
        for number in range(settings.warm_up + settings.rounds):
            for server in servers:
                await server.round(settings.requests, counts=number >= settings.warm_up)
    for server in servers:
        rounds = [round(rate) for rate in server.rates]
        figures.add("http", server.name, median(server.rates), "requests/s", rounds=rounds, clients=CLIENTS)
