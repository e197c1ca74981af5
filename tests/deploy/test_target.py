"""A target says where an installation is; a service that is away is named, and the others are asked."""

import asyncio
import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from deploy.target import target
from deploy.target.client import Client
from deploy.target.target import KafkaAccess, Target, TargetError, TokenSource
from shared.security.tokens import LocalIssuer, Verifier
from tests.deploy.program import pdp, pdp_apart

CLUSTER: dict[str, Any] = {
    "kind": "cluster",
    "services": {"matching": "http://127.0.0.1:9"},
    "kafka": {"bootstrap": "127.0.0.1:9", "user": "operator", "password_file": "password", "ca_file": "ca.crt"},
    "token": {"env": "PROGRAM_TOKEN"},
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setenv("PROGRAM_TOKEN", "abc")
    monkeypatch.setenv("PDP_TARGET", str(tmp_path / "target.json"))
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "ca.crt").touch()
    return told(tmp_path, CLUSTER)


def told(folder: Path, what: dict[str, Any]) -> Path:
    file = folder / "target.json"
    file.write_text(json.dumps(what))
    return file


def test_paths_are_seen_from_the_files_folder(file: Path, tmp_path: Path) -> None:
    connection = Client(target.read(file)).connection()
    assert connection["ssl.ca.location"] == str(tmp_path / "ca.crt")
    assert (connection["sasl.username"], connection["sasl.password"]) == ("operator", "secret")
    assert (connection["security.protocol"], connection["sasl.mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")


def test_what_is_written_is_read_again_wherever_the_folder_is_then(tmp_path: Path) -> None:
    kafka = KafkaAccess(bootstrap="kafka:9092", user="admin", password="secret", ca_file=tmp_path / "ca.crt")
    here = Target(kind="compose", kafka=kafka, token=TokenSource(issuer_folder=tmp_path / "issuer"))
    (tmp_path / "ca.crt").touch()
    target.write(here, tmp_path / "target.json")
    assert stat.S_IMODE((tmp_path / "target.json").stat().st_mode) == 0o600
    assert target.read(tmp_path / "target.json") == here
    moved = tmp_path.rename(tmp_path.with_name("moved"))
    assert Client(target.read(moved / "target.json")).connection()["ssl.ca.location"] == str(moved / "ca.crt")


@pytest.mark.parametrize("command", ["lag", "tail", "topics"])
def test_a_file_of_the_target_that_is_not_there_is_named(file: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "ca.crt").unlink()
    answer = pdp(command)
    assert (answer.code, answer.err.startswith(f"Cannot read {tmp_path / 'ca.crt'}: ")) == (1, True)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_of_the_services_that_is_not_there_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.crt").write_text(content)
    told(tmp_path, CLUSTER | {"services": {"matching": "https://127.0.0.1:9"}, "ca_file": "ca.crt"})
    with pytest.raises(TargetError) as refusal:
        Client(target.read(tmp_path / "target.json")).trust()
    assert refusal.value.code == "target_unreadable"


def test_toml_says_the_same(file: Path, tmp_path: Path) -> None:
    lines = [
        'kind = "cluster"',
        '[services]\nmatching = "http://127.0.0.1:9"',
        '[kafka]\nbootstrap = "127.0.0.1:9"\nuser = "operator"\npassword_file = "password"\nca_file = "ca.crt"',
        '[token]\nenv = "PROGRAM_TOKEN"',
    ]
    (tmp_path / "target.toml").write_text("\n".join(lines))
    assert target.read(tmp_path / "target.toml") == target.read(file)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"kind": "cloud"}, "kind"),
        ({"token": {}}, "token"),
        ({"token": {"env": "A", "file": "b"}}, "token"),
        ({"kafka": {}}, "kafka.bootstrap"),
        ({"service": {}}, "service"),
    ],
)
def test_a_wrong_target_is_refused_with_the_place(file: Path, change: dict[str, Any], where: str) -> None:
    told(file.parent, CLUSTER | change)
    with pytest.raises(TargetError) as refused:
        target.read(file)
    assert refused.value.params["where"] == where
    ended = pdp("status")
    assert (ended.code, where in ended.err) == (1, True)


def test_secrets_are_not_shown(file: Path) -> None:
    told(file.parent, CLUSTER | {"stores": {"matching": "postgresql://matching:hidden@store/matching"}})
    assert "hidden" not in repr(target.read(file))


@pytest.mark.parametrize(
    "source",
    [{"env": "PROGRAM_TOKEN"}, {"file": "token"}, {"command": [sys.executable, "-c", "print('abc')"]}],
)
def test_an_operators_token_comes_from_where_the_target_says(file: Path, source: dict[str, Any]) -> None:
    (file.parent / "token").write_text("abc\n")
    client = Client(target.read(told(file.parent, CLUSTER | {"token": source})))
    assert client.token("operator") == "abc"
    with pytest.raises(TargetError):  # nobody can make another's
        client.token("mentor")


@pytest.mark.parametrize("source", [{"env": "ABSENT"}, {"file": "absent"}, {"command": ["false"]}])
def test_a_token_that_is_not_there_is_said(file: Path, source: dict[str, Any]) -> None:
    client = Client(target.read(told(file.parent, CLUSTER | {"token": source})))
    with pytest.raises(TargetError):
        client.token("operator")


def test_a_key_makes_tokens_of_every_role(file: Path, tmp_path: Path) -> None:
    LocalIssuer(tmp_path / "issuer", "x").ensure_key()
    source = {"issuer_folder": "issuer", "issuer": "https://issuer.example"}
    told(tmp_path, CLUSTER | {"token": source})
    token = pdp("token", "--role", "mentor").out.strip()
    claims = asyncio.run(
        Verifier("https://issuer.example", str(tmp_path / "issuer" / "jwks.json"), "pdp").claims(token)
    )
    assert claims["roles"] == ["mentor"]


def test_status_names_what_is_away_and_ends_with_1(file: Path) -> None:
    ended = pdp("status", "--target", str(file))
    assert ended.code == 1
    assert [line.split()[0] for line in ended.out.splitlines()[1:]] == ["kafka", "matching"]


def test_a_kafka_that_is_away_is_one_sentence(file: Path) -> None:
    kafka = {"bootstrap": "127.0.0.1:9", "protocol": "SASL_PLAINTEXT", "user": "operator", "password": "secret"}
    told(file.parent, CLUSTER | {"kafka": kafka})
    commands = (["lag"], ["topics"], ["tail", "--no-follow"], ["partner", "list"])
    # Each waits for Kafka as long as it may: all at once.
    with ThreadPoolExecutor() as threads:
        for ended in threads.map(lambda command: pdp_apart(*command), commands):
            assert (ended.code, len(ended.err.splitlines())) == (1, 1)
            assert "PDP_DEBUG" not in ended.err


def test_every_service_is_asked_though_one_is_away(file: Path) -> None:
    services = {"matching": "http://127.0.0.1:9", "financing": "http://127.0.0.1:19"}
    told(file.parent, CLUSTER | {"services": services})
    ended = pdp("dead-letters", "list")
    assert ended.code == 1
    assert ('"matching"' in ended.err, '"financing"' in ended.err) == (True, True)


def test_without_a_way_into_kafka_what_needs_none_goes_on(file: Path) -> None:
    told(file.parent, {name: part for name, part in CLUSTER.items() if name != "kafka"})
    assert [line.split()[0] for line in pdp("status").out.splitlines()[1:]] == ["matching"]
    assert '"kafka"' in pdp("lag").err


@pytest.mark.parametrize(
    "command",
    [
        ["up"],
        ["down"],
        ["backup", "matching", "x"],
        ["rewind", "matching"],
        ["rotate", "issuer"],
        ["sign-in", "--role", "operator"],
    ],
)
def test_what_only_a_machines_own_installation_can_do_says_so(file: Path, command: list[str]) -> None:
    ended = pdp(*command)
    assert (ended.code, "on this machine" in ended.err) == (2, True)
