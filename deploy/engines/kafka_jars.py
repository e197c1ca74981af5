"""Apache Kafka's jars: resolved by name and version through jgo, each checked against its pinned hash."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.engines.errors import DeployError
from deploy.engines.notices import Notice, Report, unheard

if TYPE_CHECKING:
    from jgo.maven import Artifact

KAFKA_VERSION = "4.3.1"
KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
# Kafka logs through SLF4J 1.7 and its artifact names no binding: without this one the broker logs nothing at all.
LOG_BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"

PINS = Path(__file__).with_name("kafka.lock")
LOCK_NAME = ".pdp-kafka.lock"


class JarError(DeployError):
    """A jar cannot be resolved, or is not the one that was pinned."""


def resolve_jars(report: Report) -> list[Path]:
    """Kafka's class path, downloaded into the local Maven repository where it is missing (then offline).

    Takes 10 to 30 s the first time and about 0.3 s after. Raises ``JarError``.
    """
    with _only_one_downloads():
        artifacts = _artifacts(report)
        missing = sum(not _cached(artifact) for artifact in artifacts)
        if missing:
            report(Notice.of("kafka.downloading", version=KAFKA_VERSION, missing=missing, all=len(artifacts)))
        return verified(artifacts, PINS)


def verified(artifacts: Iterable[Artifact], pins: Path) -> list[Path]:
    """The artifacts' jars, downloaded where missing. Raises ``JarError`` for one that is not as pinned in the file."""
    known = {jar: pin for pin, jar in map(str.split, pins.read_text().splitlines())}
    return [_verified(artifact, known.get(_coordinate(artifact)), pins) for artifact in artifacts]


def pin_jars() -> None:
    """Rewrite ``kafka.lock`` from what resolves now: run after a deliberate change of version, review the diff."""
    write_pins(_artifacts(unheard), PINS)


def write_pins(artifacts: Iterable[Artifact], pins: Path) -> None:
    """Rewrite a file of pins from these artifacts."""
    lines = [f"{_sha256(Path(artifact.resolve()))} {_coordinate(artifact)}\n" for artifact in artifacts]
    pins.write_text("".join(sorted(lines, key=lambda line: line.split()[1])))


def _artifacts(report: Report) -> list[Artifact]:
    import jgo  # noqa: PLC0415 - it costs each command 0.1 s, and only a start of Kafka has a use for it

    report(Notice.of("kafka.resolving", version=KAFKA_VERSION))
    try:
        # Two calls, because jgo lets each artifact of one call manage the versions of all: the log binding's
        # parent would take kafka-clients back to 3.9 and the broker would not start.
        return [*jgo.resolve(KAFKA), jgo.resolve(LOG_BINDING)[0]]
    except Exception as error:  # jgo raises whatever requests, XML or the network raise
        raise JarError("jar_unavailable", jar=KAFKA, detail=error) from error


def _verified(artifact: Artifact, pin: str | None, pins: Path) -> Path:
    """The artifact's jar; one that a broken download left behind is fetched again once."""
    if pin is None:
        raise JarError("jar_not_pinned", jar=_coordinate(artifact), pins=pins.name)
    for _ in range(2):
        try:
            jar = Path(artifact.resolve())
        except Exception as error:
            raise JarError("jar_unavailable", jar=_coordinate(artifact), detail=error) from error
        if _sha256(jar) == pin:
            return jar
        jar.unlink()
    raise JarError("jar_not_as_pinned", jar=_coordinate(artifact), pins=pins.name)


def _coordinate(artifact: Artifact) -> str:
    return f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"


def _cached(artifact: Artifact) -> bool:
    return artifact.cached_path is not None and artifact.cached_path.exists()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _only_one_downloads() -> Iterator[None]:
    """Two runs that start together would read each other's half-written jars."""
    from jgo.constants import default_maven_repo  # noqa: PLC0415 - as above

    repository = default_maven_repo()
    repository.mkdir(parents=True, exist_ok=True)
    with (repository / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
