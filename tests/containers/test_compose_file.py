"""What compose.yaml and bake.hcl say twice, because neither can ask Python. No engine is asked."""

import importlib
import os
import re
import tomllib
from pathlib import Path

import pytest

from deploy.compose.layout import BROKERS, CLIENTS_PORT, FOLDER, PROVISIONER, REPLICATION_PORT, STAGES, Secrets
from deploy.compose.prepare import KEEPING, MAILING, OBJECTS, SMTP_PASSWORD, Preparation
from deploy.engines.kafka_config import ADMIN
from deploy.target.services import present
from shared.attachments.settings import AttachmentSettings
from shared.runtime.settings import KafkaSettings, OutboxSettings
from shared.sealing.settings import SealingSettings
from tests.containers.docker_cli import ROOT

COMPOSE = (FOLDER / "compose.yaml").read_text()


def test_images_are_those_that_make_images_builds() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    named = set(re.findall(r"image: \$\{PDP_IMAGES:-\}pdp-([a-z]+):\$\{PDP_VERSION:-(.+?)\}", COMPOSE))
    assert named == {(part, version) for part in (*present(), "job")}
    [matrix] = re.findall(r"part = (\[.*\])", (ROOT / "deploy/images/bake.hcl").read_text())
    assert re.findall(r'"(\w+)"', matrix) == [*present(), "job"]


def test_every_image_can_be_pinned_by_its_digest() -> None:
    """An image each, as `@sha256:…`: whatever becomes of a tag, what was tried runs."""
    digest = f"@sha256:{'0' * 64}"
    images = set(re.findall(r"image: (.+)", COMPOSE))
    pinned = {re.sub(r"\$\{PDP_DIGEST_[A-Z_]+:-\}$", digest, image) for image in images}
    assert len(images) == len(pinned) == len(set(re.findall(r"\$\{PDP_DIGEST_[A-Z_]+:-\}", COMPOSE)))
    assert all(image.endswith(digest) for image in pinned)
    base = re.findall(r'variable "BASE" +{ default = "(.+)" }', (ROOT / "deploy/images/bake.hcl").read_text())
    assert base == re.findall(r"^ARG BASE=(.+)", (ROOT / "deploy/images/Dockerfile").read_text(), re.MULTILINE)


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


def test_services_are_told_only_what_they_read() -> None:
    """A setting that was renamed would be passed over in silence. And no secret stands in the file."""
    apps = [importlib.import_module(f"services.{name}.app") for name in STAGES]
    read = {f"PDP_{field}".upper() for app in apps for field in type(app.build()[1]).model_fields}
    read |= {f"PDP_KAFKA_{field}".upper() for field in KafkaSettings.model_fields}
    read |= {f"PDP_ATTACHMENT_{field}".upper() for field in AttachmentSettings.model_fields}
    read |= {f"PDP_OUTBOX_{field}".upper() for field in OutboxSettings.model_fields}
    read |= {f"PDP_SEALING_{field}".upper() for field in SealingSettings.model_fields}
    _, _, parts = COMPOSE.partition("\nx-service-environment:")
    given = set(re.findall(r"^ {2,6}(PDP_[A-Z_]+):", parts.partition("\n  # `--profile identity`")[0], re.MULTILINE))
    assert "PDP_SMTP_HOST" in given
    assert given - {"PDP_ROLE"} <= read
    assert not {name for name in given if re.search("PASSWORD|SECRET|_KEY$", name)}


def test_the_password_of_the_mail_server_is_a_file_of_those_alone_who_send_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "chown", lambda *_: None)  # whose a file is, only root says
    secrets = Secrets(tmp_path)
    Preparation(secrets, "localhost", "18").all()
    assert [*tmp_path.rglob("PDP_SMTP_PASSWORD")] == []
    for service in MAILING:
        folder = secrets.mail(service)
        assert (folder.stat().st_mode & 0o777, [*folder.iterdir()]) == (0o700, [])
        assert f"/mail/{service}:/mail" in COMPOSE
    (secrets.operator.data / SMTP_PASSWORD).write_text("word\n")
    Preparation(secrets, "localhost", "18").all()
    files = [*tmp_path.rglob("PDP_SMTP_PASSWORD")]
    assert {file.parent for file in files} == {secrets.of(service) / "env" for service in MAILING}
    assert {(file.read_text(), file.stat().st_mode & 0o777) for file in files} == {("word", 0o400)}


def test_attachments_are_in_folders_of_those_who_keep_them_or_in_one_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "chown", lambda *_: None)  # whose a file is, only root says
    secrets = Secrets(tmp_path)
    Preparation(secrets, "localhost", "18").all()
    folders = {folder.parent.parent.name for folder in tmp_path.rglob("env/PDP_ATTACHMENT_SECRET_KEY")}
    assert folders == set(KEEPING)
    known = {file.read_text() for file in tmp_path.rglob("env/PDP_ATTACHMENT_SECRET_KEY")}
    assert known == {(secrets.of(OBJECTS) / "env" / "ROOT_SECRET_KEY").read_text()}
    for service in KEEPING:
        assert secrets.attachments(service).stat().st_mode & 0o777 == 0o700
        assert f"/attachments/{service}:/attachments" in COMPOSE


def test_clients_and_jobs_find_the_brokers() -> None:
    assert f"PDP_KAFKA_BOOTSTRAP: {','.join(f'{broker}:{CLIENTS_PORT}' for broker in BROKERS)}\n" in COMPOSE
    [listeners] = re.findall(r"KAFKA_LISTENERS: (.*)", COMPOSE)
    assert {f"CLIENTS://:{CLIENTS_PORT}", f"REPLICATION://:{REPLICATION_PORT}"} < set(listeners.split(","))
    [protocols] = re.findall(r"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: (.*)", COMPOSE)
    assert {each.partition(":")[2] for each in protocols.split(",")} == {"SSL", "SASL_SSL"}
