"""What compose.yaml and bake.hcl say twice, because neither can ask Python. No engine is asked."""

import re
import tomllib

from deploy.compose.layout import BROKERS, CLIENTS_PORT, FOLDER, PROVISIONER, REPLICATION_PORT, STAGES
from deploy.engines.kafka_config import ADMIN
from deploy.target.services import present
from tests.containers.docker_cli import ROOT

COMPOSE = (FOLDER / "compose.yaml").read_text()


def test_images_are_those_that_make_images_builds() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    named = set(re.findall(r"image: \$\{PDP_IMAGES:-\}pdp-([a-z]+):\$\{PDP_VERSION:-(.+)\}", COMPOSE))
    assert named == {(part, version) for part in (*present(), "job")}
    [matrix] = re.findall(r"part = (\[.*\])", (ROOT / "deploy/images/bake.hcl").read_text())
    assert re.findall(r'"(\w+)"', matrix) == [*present(), "job"]


def test_every_service_has_a_place() -> None:
    assert present() == STAGES
    listed = re.findall(
        r"^  ([a-z0-9-]+):$", COMPOSE.partition("\nservices:\n")[2].partition("\nnetworks:\n")[0], re.MULTILINE
    )
    assert [name for name in listed if name in STAGES] == list(STAGES)
    assert {f"{name}-store" for name in STAGES} | {f"{name}-migrations" for name in STAGES} | set(BROKERS) < set(listed)


def test_the_super_users_are_the_brokers_the_job_and_the_operator() -> None:
    [users] = re.findall(r"KAFKA_SUPER_USERS: (.*)", COMPOSE)
    assert users.split(";") == [f"User:{name}" for name in (*BROKERS, PROVISIONER, ADMIN)]


def test_clients_and_jobs_find_the_brokers() -> None:
    assert f"PDP_KAFKA_BOOTSTRAP: {','.join(f'{broker}:{CLIENTS_PORT}' for broker in BROKERS)}\n" in COMPOSE
    [listeners] = re.findall(r"KAFKA_LISTENERS: (.*)", COMPOSE)
    assert {f"CLIENTS://:{CLIENTS_PORT}", f"REPLICATION://:{REPLICATION_PORT}"} < set(listeners.split(","))
    [protocols] = re.findall(r"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: (.*)", COMPOSE)
    assert {each.partition(":")[2] for each in protocols.split(",")} == {"SSL", "SASL_SSL"}
