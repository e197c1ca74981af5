"""The whole platform as `pdp up` runs it: found by others, healed after a crash, gone after `pdp down`.

The tests share one platform and go from the gentle to the violent, in the order of the file.
"""

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from confluent_kafka import Producer

from deploy.engines.errors import DeployError
from deploy.engines.ports import accepts
from deploy.local import background
from deploy.local.client import LocalClient
from deploy.local.platform import ANY_PORTS
from deploy.local.services import processes
from deploy.local.state import ProcessId, Run, read_running, still_alive_after
from deploy.provision.partner_client import PartnerClient
from deploy.provision.reader import KafkaRefusalError, Reader
from deploy.target import target
from deploy.target.services import present
from shared.contracts.consent import ConsentReference
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, Money
from shared.contracts.partner import Need, Referral
from shared.messaging.codec import encode
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from tests.deploy.program import pdp, pdp_apart

pytestmark = pytest.mark.platform

PATIENCE = 40.0
ENGINES = ("kafka", "postgres")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("platform") / "datos del año"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(ANY_PORTS, "1")
        environment.setenv("PDP_AUDIT_EVERY_S", "0.5")
        environment.setenv("PDP_DATA", str(folder))
        environment.setenv("PDP_LANG", "en")
        try:
            yield folder
        finally:
            background.stop(folder)


@pytest.fixture(scope="module")
def client(data: Path) -> LocalClient:
    return background.start(data, lambda _: None)


def run_in(data: Path) -> Run:
    run = read_running(data)
    assert run is not None
    return run


def process(data: Path, name: str) -> ProcessId:
    return next(child for child in run_in(data).children if child.name == name)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_ready(client: LocalClient, service: str) -> bool:
    try:
        return httpx.get(f"{client.url(service)}/ready", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def test_every_service_is_ready_in_a_process_of_its_own(client: LocalClient, data: Path) -> None:
    assert set(client.services) == set(present())
    assert [name for name in client.services if not is_ready(client, name)] == []
    assert sorted(child.name for child in run_in(data).children) == sorted([*ENGINES, *processes(present())])
    assert len({child.pid for child in run_in(data).children}) == len(client.ports)


def test_a_first_start_has_no_trouble_in_its_logs(client: LocalClient, data: Path) -> None:
    told = {name: (data / "logs" / f"{name}.log").read_text().splitlines() for name in present()}
    assert all(told.values())
    lines = [json.loads(line) for each in told.values() for line in each]
    assert [line for line in lines if line["level"] != "info"] == []


def test_a_second_up_finds_the_first(client: LocalClient, data: Path) -> None:
    before = run_in(data)
    told = pdp_apart("up")
    assert told.code == 0
    assert str(before.supervisor.pid) in told.out
    assert all(str(port) in told.out for port in client.ports.values())
    assert run_in(data) == before


@pytest.mark.usefixtures("client")
def test_no_other_account_reads_anything_of_the_data_folder(data: Path) -> None:
    """Topics, stores and logs hold personal data, and every account of the machine is near."""
    walked = [data, *data.rglob("*")]
    assert {"kafka", "postgres", "logs", "issuer"} <= {path.name for path in walked}
    assert [path for path in walked if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    if os.geteuid() != 0:
        return  # nobody else to try as
    for folder in (".", "kafka", "kafka/logs", "postgres", "postgres/cluster", "logs", "issuer"):
        # Started there by us, so that what refuses is the folder itself and none above it.
        someone: Any = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        tried = subprocess.run(["ls", "."], cwd=data / folder, capture_output=True, text=True, check=False, **someone)
        assert "Permission denied" in tried.stderr, folder


def test_the_target_that_is_written_is_the_platform_itself(client: LocalClient, data: Path) -> None:
    assert target.read(data / "target.json") == client.target


def test_a_service_is_restarted_and_that_is_no_crash(client: LocalClient, data: Path) -> None:
    before, crashes = process(data, "matching"), run_in(data).restarts
    told = pdp("restart", "matching")
    assert (told.code, told.err) == (0, "")
    assert process(data, "matching").pid != before.pid
    assert run_in(data).restarts == crashes
    assert is_ready(client, "matching")
    assert pdp("restart", "matchin").code == 2
    assert pdp("logs", "matching", "--last", "1").out.count("\n") == 1
    assert pdp("logs", "matchin").code == 2


def test_a_restart_migrates_the_store_as_a_start_does(client: LocalClient, data: Path) -> None:
    client.postgres.execute(
        "ALTER SCHEMA public RENAME TO of_another_build; CREATE SCHEMA public AUTHORIZATION development;", "development"
    )
    assert (pdp("restart", "development").code, is_ready(client, "development")) == (0, True)
    assert client.postgres.execute("SELECT count(*) FROM alembic_version", "development").strip() == "1"

    client.postgres.execute("DELETE FROM alembic_version", "development")
    before = process(data, "development")
    told = pdp("restart", "development")
    assert (told.code, told.err) == (1, f"The stores cannot be upgraded; see {data / 'logs' / 'migrations.log'}.\n")
    assert process(data, "development") == before, "what cannot be migrated goes on as it is"

    client.postgres.execute(
        "DROP SCHEMA public CASCADE; ALTER SCHEMA of_another_build RENAME TO public;", "development"
    )
    assert pdp("restart", "development").code == 0


def test_a_token_of_this_machine_is_let_in(client: LocalClient) -> None:
    token = pdp("token", "--role", "operator").out.strip()
    with client.http("registration", token) as http:
        assert http.get("/suppliers").status_code == 200
    with client.http("registration", client.token("mentor")) as http:
        assert http.get("/suppliers").status_code == 403


def test_topics_and_groups_are_told(client: LocalClient) -> None:
    topics = pdp("topics").out
    assert "registration.supplier.v1" in topics
    assert "partner.nafin.answers.v1" in topics
    assert pdp("lag").code == 0
    assert pdp_apart("status").code == 0


def test_an_import_shows_the_rows_that_were_refused(client: LocalClient, tmp_path: Path) -> None:
    file = tmp_path / "anchors.csv"
    file.write_text("codigo,nombre,estados\nTR01,Tractora Ejemplo (ficticia),19\nTR02,Sin estado (ficticia),99\n")
    told = pdp("import", "anchors", str(file))
    assert told.code == 1
    assert "Anchors joined: 1" in told.out
    assert told.out.splitlines()[-1].startswith("3 ")
    assert pdp("import", "anchors", str(tmp_path / "absent.csv")).code == 2
    until(lambda: "registration.anchor-joined" in pdp("tail", "registration.anchor.v1", "--no-follow").out)


def test_what_was_done_is_sealed_and_a_row_that_is_removed_is_found(client: LocalClient) -> None:
    with client.http("registration") as http:
        for code in ("TR08", "TR09"):
            anchor = {"code": code, "name": f"Tractora Ejemplo {code} (ficticia)", "states": ["19"]}
            http.post("/anchors", json=anchor).raise_for_status()
    until(lambda: pdp("audit", "prove", "registration", "2").code == 0)
    assert "entries, as signed" in pdp("audit", "verify", "--service", "registration").out
    proof = json.loads(pdp("audit", "prove", "registration", "1").out)
    assert (proof["position"], proof["key"]) == (0, client.target.audit_keys["registration"])
    assert pdp("audit", "prove", "registration", "4711").code == 1
    client.postgres.execute("DELETE FROM audit WHERE id = 1", "registration")
    told = pdp("audit", "verify", "--service", "registration")
    assert (told.code, told.out.strip()) == (1, "registration: the row at position 0 was removed")


def test_a_partner_reads_and_answers_with_its_own_credentials(client: LocalClient) -> None:
    referral = referred(client, "nafin")
    assert str(referral) in pdp("partner", "tail", "nafin", "--no-follow").out
    assert pdp("partner", "answer", "nafin", str(uuid4()), "acknowledge").code == 2
    answered = pdp("partner", "answer", "nafin", str(referral)[:8], "approve", "--amount", "900,000", "--months", "24")
    assert (answered.code, answered.err) == (0, "")

    # Financing never sent it, so it sets the answer aside.
    until(lambda: "referral_unknown" in pdp("dead-letters", "list", "--service", "financing").out)
    assert pdp("dead-letters", "replay", "--yes").code == 1
    assert pdp("dead-letters", "discard", "--reason", "referral_unknown", "--yes").code == 0
    assert "no dead letters" in pdp("dead-letters", "list").out


def test_a_partner_is_added_while_all_runs_and_touches_only_its_own(client: LocalClient) -> None:
    told = pdp("partner", "add", "example-bank", "--name", "Banco Ejemplo (ficticio)")
    assert told.code == 0
    secret = told.out.split()[-1]
    assert secret not in (client.data / "partners.json").read_text()
    with client.http("financing") as http:
        assert "example-bank" in {partner["code"] for partner in http.get("/partners").json()["items"]}

    connection = client.connection(("partner.example-bank", secret))
    assert PartnerClient("example-bank", connection).referrals() == {}
    for topic in ("partner.nafin.referrals.v1", "partner.nafin.answers.v1", "registration.anchor.v1"):
        with Reader(connection, "partner.example-bank.x", [topic]) as reader, pytest.raises(KafkaRefusalError):
            list(reader.past())
    assert pdp("partner", "add", "example-bank").code == 2
    assert pdp("partner", "add", "exmaple-bank", "--renew").code == 2, "a typing error makes no partner"
    assert pdp("partner", "tail", "example-bank", "--no-follow").code == 2
    assert pdp("partner", "tail", "example-bank", "--no-follow", "--secret", secret).code == 0
    assert pdp("partner", "tail", "example-bank", "--no-follow", "--secret", "guess").code == 1


def test_a_killed_service_comes_back(client: LocalClient, data: Path) -> None:
    killed = process(data, "registration")
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: run_in(data).restarts.get("registration") == 1)
    until(lambda: is_ready(client, "registration"))
    assert process(data, "registration").pid != killed.pid


def test_all_ends_with_a_killed_supervisor_and_the_next_up_recovers(client: LocalClient, data: Path) -> None:
    run = run_in(data)
    os.kill(run.supervisor.pid, signal.SIGKILL)
    assert still_alive_after(5, [run.supervisor]) == []
    assert read_running(data) is None
    again = background.start(data, lambda _: None)
    assert still_alive_after(0, run.children) == []
    assert [name for name in again.services if not is_ready(again, name)] == []
    assert "example-bank" in {partner.code for partner in again.partners.all()}
    assert (again.ports["kafka"], again.ports["postgres"]) == (client.ports["kafka"], client.ports["postgres"])


def test_down_leaves_nothing_running(data: Path) -> None:
    run = run_in(data)
    assert pdp_apart("down").code == 0
    assert still_alive_after(0, [run.supervisor, *run.children]) == []
    assert [port for port in run.ports.values() if accepts(port)] == []
    assert pdp("status").code == 1


def test_a_platform_that_cannot_start_says_why(data: Path) -> None:
    """Last: it spoils the folder."""
    cluster = data / "postgres" / "cluster" / "PG_VERSION"
    cluster.write_text("9\n")
    with pytest.raises(DeployError, match=r"postgres.*server\.log"):
        background.start(data, lambda _: None)
    assert read_running(data) is None


def referred(client: LocalClient, partner: str) -> object:
    """A referral on the partner's topic, written by the super user."""
    referral = Referral(
        referral_id=uuid4(),
        supplier_id=uuid4(),
        partner=partner,
        product="example",
        shape="direct",
        consent=ConsentReference(
            consent_id=uuid4(),
            data_classes=("need",),
            text_version="1",
            text_sha256="0" * 64,
            given_at=now(),
            expires_on=now().date(),
        ),
        need=Need(purpose="tooling", amount=Money(amount="1500000.00"), term_months=24, gaps=()),
        answer_due_at=now() + timedelta(days=20),
    )
    envelope = Envelope(new_id(), "financing", now(), referral, Cause(correlation_id=str(new_id())))
    producer = Producer({**client.connection(), "log_level": 0})
    producer.produce(referral.topic, encode(envelope), key=str(referral.key))
    assert producer.flush(10) == 0
    return referral.referral_id
