"""Secrets of a machine are renewed: what held before is refused, and everybody who should still gets in."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.engines.postgres import Postgres
from deploy.local import background
from deploy.local.client import LocalClient
from deploy.local.layout import Layout
from deploy.local.platform import ANY_PORTS
from deploy.provision.reader import KafkaRefusalError, Reader
from shared.messaging.topics import SERVICES, SUPPLIER
from tests.deploy.program import pdp

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

SERVICE = "matching"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(ANY_PORTS, "1")
    monkeypatch.setenv("PDP_DATA", str(tmp_path))
    monkeypatch.setenv("PDP_LANG", "en")
    yield tmp_path
    background.stop(tmp_path)


def kafka_password(data: Path) -> str:
    return Layout(data).service_passwords(SERVICES)[SERVICE]


def store(data: Path) -> str:
    return Postgres(Layout(data).postgres).ensure_database(SERVICE)


def read(client: LocalClient, password: str) -> None:
    """One look into Kafka as the service. Raises ``KafkaRefusalError`` when the password does not hold."""
    with Reader(client.connection((SERVICE, password)), f"{SERVICE}.look", [SUPPLIER.name]) as reader:
        list(reader.past(1))


def asked(client: LocalClient, token: str) -> int:
    answer = httpx.get(f"{client.url('financing')}/referrals", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


async def test_after_a_rotation_the_secrets_of_before_are_refused(data: Path) -> None:
    client = background.start(data, lambda _: None)
    password, dsn, token = kafka_password(data), store(data), client.token("operator")
    read(client, password)
    assert asked(client, token) == 200
    refused = pdp("rotate", "services")
    assert (refused.code, kafka_password(data)) == (1, password)
    assert "pdp down" in refused.err

    background.stop(data)
    assert [pdp("rotate", secrets).code for secrets in ("services", "issuer")] == [0, 0]
    client = background.start(data, lambda _: None)  # ready: each service got in with its new passwords

    read(client, kafka_password(data))
    with pytest.raises(KafkaRefusalError):
        read(client, password)
    await (await asyncpg.connect(store(data))).close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(dsn)
    assert [asked(client, each) for each in (client.token("operator"), token)] == [200, 401]


def test_where_nothing_ever_ran_nothing_is_rotated(data: Path) -> None:
    refused = pdp("rotate", "services")
    assert (refused.code, refused.err.strip()) == (2, f"Nothing has ever run in {data}.")
    assert list(data.iterdir()) == []
