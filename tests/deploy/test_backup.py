"""A service's store is lost and comes back from a backup, on the real platform: what returns, and what does not."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.demo.audit import Auditor
from deploy.demo.buying import answer_candidates
from deploy.demo.calls import Api, once
from deploy.demo.diagnosing import diagnose
from deploy.demo.enrolment import enrol
from deploy.demo.people import People
from deploy.demo.reconciliation import Reconciliation, reconcile
from deploy.demo.sample.prepare import prepare
from deploy.demo.stage import Stage
from deploy.demo.stores import Stores
from deploy.local import background, backups
from deploy.local.client import LocalClient
from deploy.local.platform import ANY_PORTS
from deploy.provision import offsets
from shared.days import day_of
from shared.runtime.clock import now
from tests.deploy.program import Told, pdp

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

SEED = 1
SERVICE = "matching"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalClient]:
    folder = tmp_path_factory.mktemp("platform")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(ANY_PORTS, "1")
        environment.setenv("PDP_DATA", str(folder))
        environment.setenv("PDP_LANG", "en")
        try:
            yield background.start(folder, lambda _: None)
        finally:
            background.stop(folder)


@pytest.fixture(scope="module")
async def auditor(client: LocalClient) -> AsyncIterator[Auditor]:
    async with Stores.opened(client) as stores:
        yield Auditor(client, stores, {})


@pytest.fixture(scope="module")
async def backup(client: LocalClient, auditor: Auditor) -> Path:
    """A backup of matching's store after the firms have enrolled; then they are diagnosed and buyers answer."""
    file = client.data / "matching.backup"
    async with Api(client) as api:
        sample = prepare(client.data / "sample", day_of(now()), SEED)
        stage = Stage(client, api, People(client), sample, lambda _: None, auditor.calm)
        enrolled = await enrol(stage)
        await auditor.calm()
        await asyncio.to_thread(command, "backup", SERVICE, str(file))
        body = {"reason": "as a reader keeps more than before"}
        await api.do(stage.people.operator, SERVICE, "POST", "/tellings", json=body, headers=once())
        await auditor.calm()
        await diagnose(stage, enrolled)
        await auditor.calm()
        await answer_candidates(stage, {supplier: rfc for rfc, supplier in enrolled.suppliers.items()})
        await auditor.calm()
    return file


def command(*arguments: str) -> Told:
    told = pdp(*arguments)
    assert told.code == 0, told.err
    return told


async def books(auditor: Auditor) -> Reconciliation:
    await auditor.calm()
    return reconcile((await auditor.look()).evidence)


def test_the_service_shows_when_its_store_was_backed_up(client: LocalClient, backup: Path) -> None:
    shown = httpx.get(f"{client.url(SERVICE)}/metrics").text
    at = float(re.findall(r"^pdp_last_backup_timestamp_seconds (\S+)$", shown, re.MULTILINE)[0])
    with backups.opened(backup, SERVICE) as (taken, _):
        assert at == pytest.approx(taken.taken_at.timestamp())


async def test_a_restored_store_takes_in_what_came_after_the_backup(
    client: LocalClient, auditor: Auditor, backup: Path
) -> None:
    before = await books(auditor)
    answered = await asyncio.to_thread(events, client, "matching.match-answered")
    told_again = int(client.postgres.execute("SELECT count(*) FROM offering WHERE revision > 0", SERVICE))
    assert (before.lost, before.doubled, before.unknown) == (0, 0, 0)

    told = await asyncio.to_thread(command, "restore", SERVICE, str(backup))

    (again,) = re.findall(r"(\d+) records? took effect", told.out)
    assert int(again) > 0
    after = await books(auditor)
    assert (after.lost, after.doubled) == (0, 0)
    decided_again, by_people = (int(count) for count in re.findall(r"(\d+) (?:by an event|to be repeated)", told.out))
    assert after.unknown == decided_again + by_people
    assert by_people == answered + told_again > told_again > 0
    assert_all_heard(client)


def assert_all_heard(client: LocalClient) -> None:
    """What firms were told since the backup had numbers that the store would have counted again."""
    heard = "SELECT id, heard -> 'through', heard -> 'ahead' FROM diagnosis ORDER BY id"
    told_last = "SELECT id, revision, '[]' FROM offering ORDER BY id"
    assert client.postgres.execute(heard, "diagnosis") == client.postgres.execute(told_last, SERVICE)


async def test_a_store_that_came_back_by_another_way_tells_no_number_twice(
    client: LocalClient, auditor: Auditor
) -> None:
    """As point-in-time recovery leaves it: what was told since is on the topics, and not in its journal."""
    floor = "SELECT last_value FROM revision_floor"
    before = client.postgres.execute(floor, SERVICE).strip()
    client.postgres.execute("SELECT setval('revision_floor', 0)", SERVICE)
    told = await asyncio.to_thread(command, "rewind", SERVICE, "--set-back")
    assert re.findall(r"counted up to (\d+)", told.out) == [before] == [client.postgres.execute(floor, SERVICE).strip()]
    assert "to be repeated:" in told.out
    await auditor.calm()
    assert_all_heard(client)


async def test_a_group_that_is_set_back_to_the_beginning_changes_nothing(client: LocalClient, auditor: Auditor) -> None:
    before = await books(auditor)
    told = await asyncio.to_thread(command, "rewind", SERVICE)
    assert "\n0 records took effect" in told.out
    assert await books(auditor) == before


@pytest.mark.usefixtures("backup")
async def test_readers_that_are_ahead_take_what_a_restored_store_says_next(
    client: LocalClient, auditor: Auditor
) -> None:
    """Seen: the second version 2 of a diagnosis was passed by in silence, as readers had one of that number."""
    file = client.data / "diagnosis.backup"
    await asyncio.to_thread(command, "backup", "diagnosis", str(file))
    await measured_again(client, auditor)
    known = "SELECT id, (diagnosis ->> 'version')::int FROM offering WHERE diagnosis IS NOT NULL ORDER BY id"
    ahead = client.postgres.execute(known, SERVICE)

    told = await asyncio.to_thread(command, "restore", "diagnosis", str(file))

    behind = "SELECT id, version FROM diagnosis WHERE version > 0 ORDER BY id"
    assert client.postgres.execute(behind, "diagnosis") != ahead == client.postgres.execute(known, SERVICE)
    (highest,) = re.findall(r"Versions of diagnoses may have been told up to number (\d+)", told.out)
    assert int(highest) == max(int(row.rpartition("|")[2]) for row in ahead.splitlines())
    await measured_again(client, auditor)
    assert client.postgres.execute(known, SERVICE) == client.postgres.execute(behind, "diagnosis") != ahead


async def measured_again(client: LocalClient, auditor: Auditor) -> None:
    """Each firm's result is told as its next version."""
    async with Api(client) as api:
        body = {"reason": "as a reader keeps more than before", "tell_all": True}
        await api.do(People(client).operator, "diagnosis", "POST", "/measurements", json=body)
    await auditor.calm()


@pytest.mark.usefixtures("backup")
def test_a_suspended_partner_stays_out_also_where_the_store_is_gone(client: LocalClient) -> None:
    """Seen: who had been suspended since the backup was referred to again, and its people had their desk back."""
    file = client.data / "financing.backup"
    command("backup", "financing", str(file))
    command("partner", "suspend", "nafin")
    carried = command("restore", "financing", str(file))
    assert "with editions and suspensions" in carried.out
    client.postgres.execute("DROP DATABASE financing WITH (FORCE)")
    gone = command("restore", "financing", str(file))
    assert re.search(r"Active: [^.]*\bnafin\b", gone.out), "as in the backup, for an operator to compare"
    assert "Kafka keeps partner nafin out" in gone.out
    active = "SELECT active FROM partner WHERE code = 'nafin'"
    assert client.postgres.execute(active, "financing").strip() == "f"
    command("partner", "resume", "nafin")


def events(client: LocalClient, type_: str) -> int:
    told = command("tail", "matching.match.v1", "--from-beginning", "--no-follow")
    return sum(type_ in each for each in told.out.splitlines())


def test_another_services_backup_is_refused(client: LocalClient, backup: Path) -> None:
    told = pdp("restore", "diagnosis", str(backup))
    assert (told.code, told.err.strip()) == (1, f"{backup} is a backup of matching.")


def test_what_is_no_backup_is_refused(client: LocalClient, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no backup")
    assert pdp("restore", SERVICE, str(file)).err.strip() == f"{file} is no backup."
    assert offsets.committed(client.admin(), SERVICE)
