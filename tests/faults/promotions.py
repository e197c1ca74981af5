"""The primary is demoted, freezes, dies or vanishes, and its standby takes over, while a whole stage works."""

import asyncio
import json
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from uuid import UUID, uuid4

import httpx

from shared.service.alarms import STORE_UNREACHABLE
from shared.testing.ledger import Mark
from tests.faults.cases import Case
from tests.faults.plant import Plant
from tests.faults.source import Source
from tests.faults.two_servers import PlantOfTwo
from tests.faults.whole_stage import bell

DESKS = 5
ANSWER_S = 60.0
"""For one command: longer than the service itself waits for a server that says nothing."""
ON_S = 60.0
"""After the promotion, for commands to succeed. What waits for a server that says nothing waits for half of it."""
PAUSE_S = 0.05


@dataclass
class Clients:
    """People: each tells its desk one number after the other, again until it is acknowledged."""

    plant: Plant
    acknowledged: list[Mark] = field(default_factory=list)
    stopping: bool = False

    async def work(self) -> None:
        async with httpx.AsyncClient(timeout=ANSWER_S) as client:
            await asyncio.gather(*(self._at(client, uuid4(), place) for place in range(DESKS)))

    async def _at(self, client: httpx.AsyncClient, desk: UUID, place: int) -> None:
        ways = [worker.port for worker in self.plant.workers]
        for number in count(1):
            if self.stopping:
                return
            while not await self._told(client, ways[(place + number) % len(ways)], desk, number):
                if self.stopping:
                    return
                await asyncio.sleep(PAUSE_S)
            self.acknowledged.append((desk, number))
            await asyncio.sleep(PAUSE_S)

    async def _told(self, client: httpx.AsyncClient, port: int, desk: UUID, number: int) -> bool:
        try:
            answer = await client.put(f"http://127.0.0.1:{port}/desks/{desk}/told/{number}")
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK


def _promotion(name: str, harm: Callable[[PlantOfTwo], object]) -> Case:
    async def fault(plant: Plant, source: Source) -> None:
        assert isinstance(plant, PlantOfTwo)
        clients = Clients(plant)
        working = asyncio.create_task(clients.work())
        await asyncio.sleep(2)
        await asyncio.to_thread(harm, plant)
        await plant.note_readiness()
        await plant.until(partial(_says_why, plant), ON_S)
        await plant.until(lambda: _alarmed(plant), ON_S)
        before = len(clients.acknowledged)
        await plant.switch_over()

        async def on() -> bool:
            return len(clients.acknowledged) > before + 10 * DESKS

        plant.commands_after_s = await plant.until(on, ON_S)
        plant.ready_after_s = await plant.until(plant.all_ready, ON_S)
        await plant.until(lambda: _all_cleared(plant), ON_S)
        clients.stopping = True
        await working
        await plant.until(lambda: _all_rung(plant), ON_S)
        source.sent += await _decided(plant, clients)

    return Case(name, fault, down=True)


async def _alarmed(plant: Plant) -> bool:
    return STORE_UNREACHABLE in alarms(plant, "alarm_raised")


async def _all_cleared(plant: Plant) -> bool:
    return alarms(plant, "alarm_raised") == alarms(plant, "alarm_cleared")


async def _says_why(plant: PlantOfTwo) -> bool:
    """Whether the first process names the error that keeps it from its work. At first it may say no more than that its
    consumers are stopped: they are, as soon as the store no longer says that the process has its name.
    """
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{plant.workers[0].port}/ready")
    plant.reasons = answer.json()
    return names_an_error(plant.reasons)


def names_an_error(reasons: Mapping[str, str]) -> bool:
    return any(part in reason for reason in reasons.values() for part in ("TargetServerAttributeNotMatched", "Error"))


async def _all_rung(plant: Plant) -> bool:
    return not await plant.query("SELECT FROM timer LIMIT 1")


async def _decided(plant: Plant, clients: Clients) -> list[Mark]:
    """What was acknowledged, what was decided though its acknowledgement was lost, and what the timers did."""
    desks = await plant.query("SELECT id, told, rung FROM desk")
    sent = dict.fromkeys(clients.acknowledged)
    sent |= dict.fromkeys((row["id"], number) for row in desks for number in range(1, row["told"] + 1))
    sent |= dict.fromkeys((bell(row["id"]), number) for row in desks for number in range(1, row["rung"] + 1))
    return list(sent)


def alarms(plant: Plant, event: str) -> set[str]:
    """Names of the alarms that a process raised or cleared, by its log."""
    lines = [line for worker in plant.workers for line in worker.log.read_text().splitlines() if f'"{event}"' in line]
    return {str(json.loads(line)["name"]) for line in lines}


CASES = [
    _promotion("primary_demoted", lambda plant: plant.servers.demote()),
    _promotion("primary_frozen", lambda plant: plant.servers.signal_first(signal.SIGSTOP)),
    _promotion("primary_killed", lambda plant: plant.servers.signal_first(signal.SIGKILL)),
    _promotion("primary_vanished", lambda plant: plant.servers.first_net.set("blackhole")),
]
