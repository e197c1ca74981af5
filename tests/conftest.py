"""The real pair for every test that needs it: one Kafka and one PostgreSQL per run, a fresh store per test."""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from hypothesis import settings
from pydantic import SecretStr
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from deploy.engines.kafka import Kafka, KafkaNode
from deploy.engines.postgres import Postgres
from deploy.engines.postgres_server import PostgresServer
from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from shared.runtime.database import Database
from shared.runtime.garbage import leave_batches_alone
from shared.runtime.settings import KafkaSettings
from shared.testing.databases import Templates, leave_empty
from shared.testing.readers import make_readers_when_asked
from shared.testing.stage import StageUnderTest
from tests.memory import memory

TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
HERE = Path(__file__).parent
SHARING = "tests/running/"
"""A folder whose files stand on one platform."""
FIRST = (
    "deploy/test_platform",
    "running/",
    "flows/test_demo",
    "conformance/",
    "deploy/",
    "flows/",
)


def pytest_configure(config: pytest.Config) -> None:
    """A folder of its own for each run: in the usual one, another run that starts takes the permissions back by which
    this run's PostgreSQL, which is another account where root runs the tests, reaches its data. And no test is timed:
    a busy machine is no fault of the code. Properties are tried on half of the usual examples, on others in every run.
    """
    settings.register_profile("untimed", deadline=None, max_examples=50)
    settings.load_profile("untimed")
    # As a service does: the collector walked through all modules again and again, a fifth of the processor time.
    leave_batches_alone()
    make_readers_when_asked()
    if not is_worker(config):
        # A broker of some minutes never earns what the optimising compiler costs.
        os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
        os.environ[TEMPORARY] = tempfile.mkdtemp(prefix="pdp-tests-", dir=memory())
    # For each process: what one test has erased is mail to an address that another one's firm has too.
    own = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    os.environ["PDP_MAIL_FOLDER"] = str(Path(os.environ[TEMPORARY], "mail", own))
    os.environ["PDP_SEALING_KEYS"] = "0" * 64
    os.environ["PDP_OUTBOX_TOGETHER"] = "true"
    os.environ["PDP_ATTACHMENT_FOLDER"] = str(Path(os.environ[TEMPORARY], "attachments", own))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not is_worker(config):
        shutil.rmtree(os.environ[TEMPORARY], ignore_errors=True)


def is_worker(config: pytest.Config) -> bool:
    """One of several processes of a run; each has a folder within the run's."""
    return hasattr(config, "workerinput")


SwitchOver = Callable[[], Awaitable[None]]
"""From then on the store's open connections take no writes, and new ones do."""

Migrated = Callable[[str], Awaitable[str]]
"""From a service's name to the URL of a store of its own, as its migrations make it."""


@dataclass(frozen=True)
class Broker:
    """The run's Kafka."""

    node: KafkaNode
    hung: Callable[[], AbstractContextManager[None]]
    """Within its block the node neither answers nor closes its connections."""

    def settings(self, user: str | None = None, password: str | None = None) -> KafkaSettings:
        """Client settings, of the super user unless another is given."""
        name, word = self.node.admin_credentials
        return KafkaSettings(
            bootstrap=self.node.bootstrap,
            user=user or name,
            password=SecretStr(password if user and password else word),
        )

    async def create_topic(self, name: str, partitions: int = 3, **config: str) -> str:
        spec = TopicSpec(name, partitions, {key.replace("_", "."): value for key, value in config.items()})
        await asyncio.to_thread(kafka_admin.ensure_topics, self.node.admin(), [spec])
        return name


@dataclass(frozen=True)
class Engines:
    """How a Kafka and a PostgreSQL are had, each for a block and with its files in a folder."""

    kafka: Callable[[Path], AbstractContextManager[Broker]]
    postgres: Callable[[Path], AbstractContextManager[PostgresServer]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engines",
        choices=("embedded", "containers"),
        default="embedded",
        help="what serves the tests that share a Kafka or a PostgreSQL; with containers no other test runs",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _choose(config, items)
    # Long ones first, so that no worker is left alone with one at the end.
    items.sort(key=_turn)
    leave_batches_alone()


class Kept(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Tests of one file stay together in one process, and those that share a platform."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARING if nodeid.startswith(SHARING) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return Kept(config, log) if config.getoption("dist") == "loadfile" else None


def _turn(item: pytest.Item) -> int:
    path = item.path.relative_to(HERE).as_posix()
    return next((turn for turn, start in enumerate(FIRST) if path.startswith(start)), len(FIRST))


def _choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On containers only what uses them: a test that starts processes of its own would try the embedded pair again."""
    if config.getoption("engines") != "containers":
        return
    chosen = [item for item in items if _on_containers(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _on_containers(item)])
    items[:] = chosen


def _on_containers(item: pytest.Item) -> bool:
    return "engines" in getattr(item, "fixturenames", ()) or item.get_closest_marker("containers") is not None


@pytest.fixture(scope="session")
def engines(pytestconfig: pytest.Config) -> Engines:
    """The embedded pair, or with `--engines containers` the official images."""
    if pytestconfig.getoption("engines") == "embedded":
        return Engines(_embedded_kafka, _embedded_postgres)
    # Most runs have no use for testcontainers, which takes a while to import.
    from tests.containers import engines as contained  # noqa: PLC0415

    contained.require_docker()

    @contextmanager
    def kafka(folder: Path) -> Iterator[Broker]:
        with contained.kafka(folder) as node:
            yield Broker(node, node.hung)

    return Engines(kafka, contained.postgres)


@contextmanager
def _embedded_kafka(folder: Path) -> Iterator[Broker]:
    node = Kafka(folder, port=0, controller_port=0)
    node.install(lambda _: None)
    node.start()
    try:
        node.wait_ready()
        yield Broker(node, lambda: _stopped(node.pid))
    finally:
        node.stop()


@contextmanager
def _stopped(pid: int | None) -> Iterator[None]:
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    # Its threads stop one after the other; until the last has, it may still answer.
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def _embedded_postgres(folder: Path) -> Iterator[PostgresServer]:
    server = Postgres(folder, port=0, durable=False)
    server.start()
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def broker(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with engines.kafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with engines.postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
async def store_url(templates: Templates) -> AsyncIterator[str]:
    """An empty database of its own, dropped after the test."""
    url = await templates.copy("empty", leave_empty)
    yield url
    await templates.drop(url)


@pytest.fixture
async def switch_over(postgres: PostgresServer, store_url: str) -> AsyncIterator[SwitchOver]:
    """What is open turns read-only, as on a demoted primary that stays up; what connects anew finds the new primary."""
    admin = await asyncpg.connect(postgres.admin_dsn)

    async def demote() -> None:
        name = urlsplit(store_url).path.removeprefix("/")
        await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = off")
        await admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        await admin.execute("SELECT pg_reload_conf()")

    yield demote
    await admin.execute("SET default_transaction_read_only = off")
    await admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
    await admin.execute("SELECT pg_reload_conf()")
    await admin.close()


@pytest.fixture(scope="session")
async def templates(postgres: PostgresServer) -> AsyncIterator[Templates]:
    async with Templates(postgres.admin_dsn, postgres.ensure_database) as templates:
        yield templates


@pytest.fixture
async def migrated(templates: Templates) -> AsyncIterator[Migrated]:
    """A service's migrations run once; each call gives a copy, dropped after the test."""
    copies: list[str] = []

    async def copy(service: str) -> str:
        copies.append(await templates.migrated(service))
        return copies[-1]

    yield copy
    for url in copies:
        await templates.drop(url)


@pytest.fixture
def database(stage: StageUnderTest) -> Database:
    """The store of the stage under test, which each service's `conftest.py` builds."""
    return stage.database


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
async def topic(broker: Broker) -> str:
    """A fresh topic with three partitions."""
    return await broker.create_topic(f"conformance.{secrets.token_hex(6)}.v1")
