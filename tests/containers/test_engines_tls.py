"""The compose file's listeners: TLS or nothing, and within it every user only where the catalogue lets it."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import asyncpg
import httpx
import pytest
from aiokafka.errors import KafkaConnectionError
from confluent_kafka import KafkaException

from deploy.compose.certificates import Authority
from deploy.engines.command import log_tail
from deploy.engines.kafka_client import administration
from deploy.engines.ports import free_port
from deploy.target.mail import code_for
from tests.conformance.stage import eventually
from tests.conftest import Migrated
from tests.containers import engines_tls
from tests.containers.engines_tls import ComposeKafka

# The same tests as on the run's broker: here they find this module's `ruled`.
from tests.messaging.test_access import (  # noqa: F401
    PASSWORD,
    _write,
    test_a_partner_joins_no_group_but_its_own,
    test_a_partner_reads_its_referrals_and_writes_its_answers,
    test_a_partner_reads_nothing_else,
    test_a_partner_writes_nothing_else,
    test_a_stage_writes_only_its_own_topics,
)
from tests.registration.suppliers import body

pytestmark = pytest.mark.containers

TOPIC = "matching.match.v1"
READY_WITHIN = 60.0


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeKafka]:
    """All topics, users and rules, made as the compose file's job makes them."""
    with engines_tls.kafka(tmp_path_factory.mktemp("tls")) as kafka:
        services = dict.fromkeys(("registration", "matching", "financing"), PASSWORD)
        kafka.provision(services, {"nafin": PASSWORD, "bancomext": PASSWORD})
        yield kafka


async def test_the_right_authority_and_password_open_the_door(ruled: ComposeKafka) -> None:
    """What the refusals below are compared with."""
    settings = ruled.settings("matching", PASSWORD)
    assert settings.protocol == "SASL_SSL"
    await _write(settings, TOPIC)


async def test_a_broker_that_another_authority_vouches_for_is_not_trusted(
    ruled: ComposeKafka, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    foreign = Authority(tmp_path).certificate_file
    with pytest.raises(KafkaConnectionError):
        await _write(ruled.settings("matching", PASSWORD).model_copy(update={"ca_file": foreign}), TOPIC)
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text


@pytest.mark.parametrize("user", ["matching", "partner.nafin"])
async def test_a_client_without_tls_is_refused(ruled: ComposeKafka, user: str) -> None:
    plain = ruled.settings(user, PASSWORD).model_copy(update={"protocol": "SASL_PLAINTEXT"})
    with pytest.raises(KafkaConnectionError):
        await _write(plain, TOPIC)


async def test_a_wrong_password_is_refused(ruled: ComposeKafka) -> None:
    with pytest.raises(KafkaConnectionError):
        await _write(ruled.settings("matching", secrets.token_hex(16)), TOPIC)


def test_the_brokers_own_listener_wants_a_certificate(ruled: ComposeKafka) -> None:
    """It knows no passwords: whoever got in there without one would be anybody."""
    settings = {
        "bootstrap.servers": ruled.bootstrap("REPLICATION"),
        "security.protocol": "SSL",
        "ssl.ca.location": str(ruled.secrets / "ca.crt"),
    }
    with pytest.raises(KafkaException):
        administration(settings).list_topics(timeout=3)


async def test_a_firm_that_registers_reaches_the_next_stage(
    ruled: ComposeKafka, migrated: Migrated, tmp_path: Path
) -> None:
    """Two services as processes, with the settings that the compose file gives them."""
    stores = {name: await migrated(name) for name in ("registration", "matching")}
    with ExitStack() as running:
        addresses = {name: _start(running, ruled, name, store, tmp_path) for name, store in stores.items()}
        async with httpx.AsyncClient(trust_env=False) as client:
            for name, address in addresses.items():
                await _ready(client, address, tmp_path / f"{name}.log")
            suppliers = f"{addresses['registration']}/suppliers"
            claim = (await client.post(suppliers, json=body(1))).raise_for_status().json()["id"]
            code = {"code": code_for(tmp_path / "mail", claim)}
            (await client.post(f"{suppliers}/{claim}/confirmation", json=code)).raise_for_status()
        store = await asyncpg.connect(stores["matching"])
        running.push(lambda *_: store.terminate())
        await eventually(lambda: store.fetchval("SELECT count(*) = 1 FROM offering"))


def _start(running: ExitStack, kafka: ComposeKafka, name: str, store: str, folder: Path) -> str:
    """Start a service until the end of the block; its address."""
    port = str(free_port())
    environment = {
        **engines_tls.composed(name),
        **kafka.environment(name, PASSWORD),
        "PDP_DATABASE_URL": store,
        "PDP_HTTP_PORT": port,
        "PDP_MAIL_FOLDER": str(folder / "mail"),
        "PATH": os.environ["PATH"],
    }
    log = running.enter_context((folder / f"{name}.log").open("wb"))
    process = subprocess.Popen([sys.executable, "-m", f"services.{name}"], env=environment, stdout=log, stderr=log)
    running.callback(process.wait, 30)
    running.callback(process.terminate)
    return f"http://127.0.0.1:{port}"


async def _ready(client: httpx.AsyncClient, address: str, log: Path) -> None:
    """Return once the service is ready; what it logged is the error otherwise."""

    async def answers() -> bool:
        with suppress(httpx.HTTPError):
            return (await client.get(f"{address}/ready")).is_success
        return False

    try:
        await eventually(answers, READY_WITHIN)
    except TimeoutError:
        pytest.fail(log_tail(log))
