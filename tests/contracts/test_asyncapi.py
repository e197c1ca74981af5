"""The AsyncAPI documents are true: the official parser accepts them, and each example is an event."""

import copy
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from jsonschema_rs import Draft7Validator

from shared.messaging.codec import Message, Record, decode
from shared.messaging.topics import EVENT_TYPES, SERVICES, catalogue
from shared.service import partner_contract
from shared.service.asyncapi import document, program
from tests.service.test_callers import app_of

PUBLISHED = {type_: event for type_, event in EVENT_TYPES.items() if event.__module__.startswith("shared.")}
"""Tests of messaging have events of their own."""
CHECK = Path(__file__).parent / "asyncapi"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pdp"
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "ENOTCACHED", "network")

PROGRAM = program()
SCHEMAS = PROGRAM["components"]["schemas"]


def parser() -> Path:
    """The pinned parser, installed once and kept."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("the official AsyncAPI parser needs node and npm; neither is part of this project")
    lock = CHECK / "package-lock.json"
    folder = CACHE / f"asyncapi-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (folder / ".installed").exists():
            for name in ("package.json", lock.name):
                shutil.copy(CHECK / name, folder)
            install(folder)
            (folder / ".installed").touch()
    return folder


def install(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and any(word in done.stderr for word in OFFLINE):
        pytest.skip("the official AsyncAPI parser could not be fetched: no registry answers")
    assert done.returncode == 0, done.stderr


def broken(what: str) -> dict:
    """A document with one fault."""
    found = copy.deepcopy(PROGRAM)
    if what == "ref":
        del found["components"]["schemas"]["Money"]
    else:
        found["channels"]["matching.match.v1"]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"] = "1"
    return found


BROKEN = ("ref", "binding")


@pytest.fixture(scope="module")
def diagnostics(tmp_path_factory) -> dict[str, list[dict]]:
    """What the parser says of every document: one process for all."""
    folder = tmp_path_factory.mktemp("asyncapi")
    documents = (
        {name: document(name) for name in SERVICES}
        | {"program": PROGRAM, "partner": partner_contract.document()}
        | {n: broken(n) for n in BROKEN}
    )
    for name, content in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    command = ["node", str(CHECK / "check.cjs"), str(folder)]
    done = subprocess.run(command, cwd=parser(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {Path(file).stem: found for file, found in json.loads(done.stdout).items()}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [*SERVICES, "program", "partner"])
def test_the_official_parser_finds_nothing(name, diagnostics) -> None:
    assert [each for each in diagnostics[name] if each["severity"] in {"error", "warning"}] == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", BROKEN)
def test_the_official_parser_finds_what_is_broken(name, diagnostics) -> None:
    assert "error" in {each["severity"] for each in diagnostics[name]}


def test_the_lock_names_no_registry() -> None:
    assert "://" not in (CHECK / "package-lock.json").read_text()
    assert "integrity" in (CHECK / "package-lock.json").read_text()


@pytest.mark.parametrize("type_", sorted(PUBLISHED))
def test_an_example_is_what_its_schema_says(type_) -> None:
    """Of each message its parser looks at the shape alone."""
    components = program()["components"]
    schema = {"$ref": f"#/components/messages/{type_}/payload", "components": components}
    [example] = components["messages"][type_]["examples"]
    validator = Draft7Validator(schema, validate_formats=True)
    assert [error.message for error in validator.iter_errors(example["payload"])] == []
    del example["payload"]["data"][next(iter(SCHEMAS[PUBLISHED[type_].__name__]["required"]))]
    assert not validator.is_valid(example["payload"])


@pytest.mark.parametrize("type_", sorted(PUBLISHED))
def test_an_example_is_an_event_that_is_consumed(type_) -> None:
    [example] = program()["components"]["messages"][type_]["examples"]
    topic = PUBLISHED[type_].model_validate(example["payload"]["data"]).topic
    key, value = example["payload"]["subject"].encode(), json.dumps(example["payload"]).encode()
    found = decode(Record(topic, 0, 0, key, value))
    assert isinstance(found, Message), found
    assert type(found.data) is PUBLISHED[type_]


def test_every_event_part_and_field_says_what_it_is() -> None:
    silent = [name for name, schema in SCHEMAS.items() if not schema.get("description")]
    silent += [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, told in schema["properties"].items()
        if not told.get("description")
    ]
    assert silent == []


def test_who_writes_sends_and_who_reads_receives() -> None:
    addresses = {f"#/channels/{name}": channel["address"] for name, channel in PROGRAM["channels"].items()}
    found = {
        (name.partition(".")[0], operation["action"], addresses[operation["channel"]["$ref"]])
        for name, operation in PROGRAM["operations"].items()
    }
    expected = {
        (who.removesuffix(".{partner}"), action, topic.name)
        for topic in catalogue(["{partner}"])
        for action, parties in (("send", [topic.writer]), ("receive", topic.readers))
        for who in parties
    }
    assert found == expected


async def test_every_service_shows_its_events() -> None:
    async with AsyncClient(transport=ASGITransport(app_of("financing")), base_url="http://test") as client:
        assert (await client.get("/asyncapi")).json() == document("financing")
        assert (await client.get("/asyncapi/program")).json() == PROGRAM
        page = await client.get("/events")
    assert page.headers["content-type"].startswith("text/html")
    links = set(re.findall(r'href="#([^"]+)"', page.text))
    assert links
    assert links - set(re.findall(r'id="([^"]+)"', page.text)) == set()
    missing = [event.__name__ for event in PUBLISHED.values() if f'id="{event.__name__}"' not in page.text]
    assert missing == []
    assert not any(word in page.text for word in ("<script", "src=", "http:", "https:"))
