"""Questions to a Kafka whose brokers come and go, and which of its troubles pass."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ClusterMetadata  # type: ignore[attr-defined]  # public, but not marked so

from deploy.engines.ports import free_port
from deploy.provision import asking, reader
from deploy.provision.asking import KafkaAdminError, answers
from deploy.provision.kafka_admin import describe_topics
from deploy.provision.kafka_quotas import quotas
from deploy.provision.reader import KafkaRefusalError, Reader
from shared.testing.faults import Proxy
from tests.conftest import Broker

GONE = KafkaError(KafkaError._DESTROY_BROKER)
"""What librdkafka says of what waited for a broker that was fenced meanwhile."""
REFUSED = KafkaError(KafkaError.POLICY_VIOLATION)


def of(result: int | KafkaError) -> Future[int]:
    told = Future[int]()
    if isinstance(result, KafkaError):
        told.set_exception(KafkaException(result))
    else:
        told.set_result(result)
    return told


def test_what_waited_for_a_broker_that_went_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE", 0)
    rounds = iter([{"a": of(1), "b": of(GONE)}, {"a": of(GONE), "b": of(GONE)}, {"a": of(1), "b": of(2)}])
    assert answers("count", lambda: next(rounds)) == {"a": 1, "b": 2}


def test_a_refusal_is_final_and_names_all_that_failed_for_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def ask() -> dict[str, Future[int]]:
        asked.append(1)
        return {"a": of(REFUSED), "b": of(REFUSED), "c": of(GONE)}

    with pytest.raises(KafkaAdminError) as refusal:
        answers("count", ask)
    told = str(refusal.value.params["detail"])
    assert told.startswith("cannot count a, b: Broker: ")
    assert "cannot count c: " in told
    assert len(asked) == 1


def test_it_is_not_asked_again_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE", 0)
    monkeypatch.setattr(asking, "REQUEST_TIMEOUT", 0.02)
    with pytest.raises(KafkaAdminError, match="cannot count a: "):
        answers("count", lambda: {"a": of(GONE)})
    with pytest.raises(KafkaAdminError, match=r"no answer within 0\.02 s"):
        answers("count", lambda: {"a": Future[int]()})


class Behind(AdminClient):
    """Asks a broker that does not know yet, or no more, of what the cluster has."""

    listed: ClusterMetadata

    def list_topics(self, *_: object, **__: object) -> ClusterMetadata:
        return self.listed


async def test_a_topic_that_one_broker_lists_and_another_does_not_know_is_not_there(broker: Broker) -> None:
    """Of three brokers any may answer, and each learns of a new topic when it does."""
    name = await broker.create_topic("known.to.one", partitions=1)
    client = Behind({**broker.node.client_config()})
    client.listed = broker.node.admin().list_topics(timeout=10)
    await asyncio.to_thread(client.delete_topics([name])[name].result, 10)
    assert await asyncio.to_thread(describe_topics, client, [name]) == []


@contextmanager
def cut_after_first_answer(bootstrap: str) -> Iterator[str]:
    """A broker that goes away after the first answer of each connection, where nobody has shown a secret yet."""
    host, port = bootstrap.rsplit(":", 1)

    def serve(near: socket.socket) -> None:
        with suppress(OSError), near, socket.create_connection((host, int(port))) as far:
            far.sendall(near.recv(65_536))
            size = far.recv(4, socket.MSG_WAITALL)
            near.sendall(size + far.recv(int.from_bytes(size), socket.MSG_WAITALL))
            near.recv(65_536)

    def accept() -> None:
        with suppress(OSError):
            while True:
                serve(listening.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = threading.Thread(target=accept)
        accepting.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    accepting.join()


async def test_a_broker_that_goes_away_before_the_secret_is_shown_refuses_none(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Librdkafka gives it the code of a wrong secret."""
    monkeypatch.setattr(reader, "REQUEST_TIMEOUT", 0.2)
    monkeypatch.setattr(reader, "REQUEST_SLICE", 0.5)

    def read(bootstrap: str) -> KafkaRefusalError:
        connection = broker.node.client_config() | {"bootstrap.servers": bootstrap}
        with Reader(connection, "pdp-test", ["any"]) as reading, pytest.raises(KafkaRefusalError) as refusal:
            list(reading.past())
        assert any(error.code() == KafkaError._AUTHENTICATION for error in reading._background)
        return refusal.value

    with cut_after_first_answer(broker.node.bootstrap) as bootstrap:
        assert (await asyncio.to_thread(read, bootstrap)).code == "kafka_away"


def test_a_broker_that_comes_back_is_asked_for_quotas_again(broker: Broker) -> None:
    host, port = broker.node.bootstrap.rsplit(":", 1)
    with Proxy(free_port(), int(port), host) as proxy:
        proxy.set("refuse")
        back = threading.Timer(0.3, proxy.set, ["pass"])
        back.start()
        assert quotas(broker.node.client_config() | {"bootstrap.servers": f"{host}:{proxy.port}"}) is not None
        back.join()
