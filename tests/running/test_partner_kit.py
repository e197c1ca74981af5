"""The files that a partner gets, as it runs them in a folder of its own against a running program."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import confluent_kafka
import jgo
import pytest

from deploy.engines.kafka_jars import KAFKA_VERSION, resolve_jars
from deploy.engines.notices import unheard
from deploy.local.client import LocalClient
from deploy.provision.partner_client import PartnerClient
from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.runtime.clock import now
from shared.security import jwe
from tests.bench import jvm
from tests.deploy.program import pdp
from tests.running import poison
from tests.running.developed import until
from tests.running.poison import Firm
from tests.security.partner_kit import EXAMPLES, blocks, calls, jars, save, typed
from tests.security.wrong_keys import PKCS8, SEC1, private, private_pss

CODE = "nafin"
FIRM, NEXT = Firm(), Firm()
PATIENCE = 240


@pytest.fixture(scope="module")
def desk(client: LocalClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a partner that was sent one firm; what it has refused there is gone afterwards."""
    refer(client, FIRM)
    folder = tmp_path_factory.mktemp("partner")
    save(folder, client.connection()["bootstrap.servers"], CODE, secret(client))
    yield folder
    assert pdp("dead-letters", "discard", "--topic", f"partner.{CODE}.answers.v1", "--yes").code == 0


def secret(client: LocalClient) -> str:
    played = client.played(CODE)
    assert played is not None
    assert played.secret is not None
    return played.secret


def refer(client: LocalClient, firm: Firm) -> None:
    poison.send(client, firm.facts())
    until(lambda: bool(needs(client, firm)))
    firm.refer(client)


def needs(client: LocalClient, firm: Firm) -> list[object]:
    with client.http("financing", firm.token(client)) as http:
        answer = http.get(f"/cases/{firm.id}")
    found: list[object] = answer.json()["needs"] if answer.is_success else []
    return found


def run(folder: Path, *command: str | Path, given: str | None = None) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=folder, input=given, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def kcat(folder: Path, command: list[str]) -> str:
    """With the librdkafka that the guide lends."""
    [library] = Path(confluent_kafka.__file__).parents[1].glob("confluent_kafka.libs/librdkafka*.so*")
    lent = {**os.environ, "LD_PRELOAD": str(library)}
    done = subprocess.run(command, cwd=folder, env=lent, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_desk_in_python_answers_each_referral_once(desk: Path) -> None:
    first = run(desk, sys.executable, EXAMPLES / "desk.py", "kcat.conf", "desk.sqlite", "8")
    assert f"answered {FIRM.referral()}\n" in first
    assert "answered" not in run(desk, sys.executable, EXAMPLES / "desk.py", "kcat.conf", "desk.sqlite", "4")


def test_a_sandbox_is_certified(client: LocalClient, desk: Path) -> None:
    with client.http("financing", client.token("operator")) as http:
        assert http.post(f"/partners/{CODE}/trials").is_success
    said = run(desk, sys.executable, EXAMPLES / "certify.py", "kcat.conf").splitlines()
    assert [line for line in said if not line.startswith("ok ")] == ["certified"]
    assert len(said) == 11


def test_the_exchange_is_tried_with_a_desk_that_answers_and_one_that_does_not(desk: Path) -> None:
    silent = pdp("partner", "try", CODE, "--wait", "1")
    seen = [line[:3] for line in silent.out.splitlines() if line[0] != " "]
    assert (silent.code, seen) == (1, [*["ok "] * 6, "BAD"]), silent.out + silent.err
    command = [sys.executable, EXAMPLES / "desk.py", "kcat.conf", "desk.sqlite", "8"]
    with subprocess.Popen([*map(str, command)], cwd=desk, stdout=subprocess.DEVNULL) as running:
        answered = pdp("partner", "try", CODE, "--wait", "60")
    assert running.returncode == 0
    assert (answered.code, "BAD" in answered.out) == (0, False), answered.out + answered.err
    assert "acknowledged" in answered.out


@contextmanager
def tried(client: LocalClient) -> Iterator[tuple[UUID, "subprocess.Popen[str]"]]:
    """`pdp partner try`, and the test that it sent, which waits for an answer."""
    side = PartnerClient(CODE, client.connection())
    known = side.referrals().keys()
    command = [sys.executable, "-m", "deploy.cli.main", "partner", "try", CODE, "--wait", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        until(lambda: bool(side.referrals().keys() - known))
        (test,) = side.referrals().keys() - known
        yield test, running


def test_a_wrong_answer_to_a_test_is_shown_as_its_partner_is_told_it(client: LocalClient) -> None:
    with tried(client) as (test, running):
        said: dict[str, Any] = {
            "referral_id": test,
            "partner": CODE,
            "answered_at": now(),
            "amount": Money(amount="1.00"),
        }
        poison.send(client, [poison.event(contract.CreditDisbursed(**said))])
        shown = running.communicate(timeout=PATIENCE)[0]
    assert running.returncode == 1
    assert "payment_not_approved" in shown
    assert f"ok  The partner can read that on partner.{CODE}.refusals.v1." in shown


def test_people_without_kafka_answer_on_their_institution_s_topic(client: LocalClient) -> None:
    with tried(client) as (test, running), client.http("financing", client.token("partner", partner=CODE)) as http:
        answered = http.post(f"/desk/referrals/{test}/answers", json={"act": "decline", "reason": "no_funds"})
        shown = running.communicate(timeout=PATIENCE)[0]
    assert answered.status_code == 202, answered.text
    assert (running.returncode, "declined" in shown) == (0, True), shown
    assert "Its people answered at the portal's desk." in shown


def test_nothing_is_sent_to_a_suspended_partner(client: LocalClient) -> None:
    side = PartnerClient(CODE, client.connection())
    known = side.referrals().keys()
    pdp("partner", "suspend", CODE)
    try:
        tried = pdp("partner", "try", CODE)
        assert (tried.code, "nothing was sent" in tried.out) == (1, True), tried.out + tried.err
        assert side.referrals().keys() == known
    finally:
        assert pdp("partner", "resume", CODE).code == 0


@pytest.mark.long
def test_kafka_s_own_tools_read_and_answer(client: LocalClient, desk: Path) -> None:
    """Fetched by jgo the first time: the tools are no part of a broker's class path."""
    tools = [Path(each.resolve()) for each in jgo.resolve(f"org.apache.kafka:kafka-tools:{KAFKA_VERSION}")]
    path = ":".join(map(str, (*resolve_jars(unheard), *tools)))
    consumer, producer = [
        shlex.split(typed(call, client.connection()["bootstrap.servers"], CODE, ""))
        for call in (calls("kafka-console-consumer")[0], calls("kafka-console-producer")[0].partition("| ")[2])
    ]
    java = (jvm.JAVA, "-cp", path)
    seen = run(desk, *java, "org.apache.kafka.tools.consumer.ConsoleConsumer", *consumer[1:])
    assert str(FIRM.referral()) in seen
    line = f"{FIRM.referral()}|no answer at all\n"
    run(desk, *java, "org.apache.kafka.tools.ConsoleProducer", *producer[1:], given=line)
    until(lambda: "not_json" in pdp("partner", "tail", CODE, "--refusals", "--no-follow", "--last", "1").out)


@pytest.mark.long
def test_the_desk_in_java_answers_each_referral(client: LocalClient, desk: Path, tmp_path: Path) -> None:
    command = jvm.build(tmp_path, EXAMPLES / "Desk.java", jars())("Desk")
    refer(client, NEXT)
    assert f"answered {NEXT.referral()}\n" in run(desk, *command, "client.properties", "8")


@pytest.fixture(scope="module")
def key(desk: Path) -> Iterator[Path]:
    """The partner's private key, as the guide makes one, after the program got the public half; taken away at the end,
    when nothing waits that is encrypted.
    """
    for command in calls("openssl"):
        run(desk, *shlex.split(command))
    done = pdp("partner", "encrypt", CODE, str(desk / "public.pem"))
    assert (done.code, named(desk) in done.out) == (0, True), done.out + done.err
    yield desk / "key.pem"
    run(desk, sys.executable, EXAMPLES / "desk.py", "kcat.conf", "desk.sqlite", "4", "key.pem")
    assert pdp("partner", "encrypt", CODE, "--off").code == 0


def named(desk: Path) -> str:
    return jwe.read_public((desk / "public.pem").read_bytes())["kid"]


def test_the_exchange_is_tried_with_a_partner_that_has_a_key(desk: Path, key: Path) -> None:
    [shown] = [each for each in pdp("partner", "list", "--json").json if each["code"] == CODE]
    assert shown["encrypted_with"] == named(desk)
    for given, seen in (((), "--decrypt-with"), (("--decrypt-with", str(key)), "opens it")):
        tried = pdp("partner", "try", CODE, "--wait", "1", *given)
        assert (tried.code, named(desk) in tried.out, seen in tried.out) == (1, True, True), tried.out + tried.err
    last = "partner", "tail", CODE, "--no-follow", "--last", "1"
    assert f"encrypted {named(desk)}" in pdp(*last).out
    assert pdp(*last, "--decrypt-with", str(key)).out.endswith("test\n")


def test_each_of_the_files_opens_what_is_encrypted(client: LocalClient, desk: Path, key: Path) -> None:
    with client.http("financing", client.token("operator")) as http:
        test = http.post(f"/partners/{CODE}/trials").json()["id"]
    side = PartnerClient(CODE, client.connection(), [jwe.read_private(key.read_bytes())])
    until(lambda: UUID(test) in side.referrals())
    assert f"answered {test}\n" in run(
        desk, sys.executable, EXAMPLES / "desk.py", "kcat.conf", "desk.sqlite", "8", "key.pem"
    )
    said = run(desk, sys.executable, EXAMPLES / "certify.py", "kcat.conf", "key.pem").splitlines()
    assert ([line for line in said if not line.startswith("ok ")], len(said)) == (["certified"], 12)
    if shutil.which("kcat") is None:
        return
    look = shlex.split(typed(calls("kcat -F")[0], client.connection()["bootstrap.servers"], CODE, ""))
    (desk / "open.py").write_text(blocks("python")[1], encoding="utf-8")
    closed = kcat(desk, [*look[:-1], "%s\n"])
    opened = run(desk, sys.executable, "open.py", given=closed)
    before, after = [
        next(event["data"] for event in map(json.loads, lines.splitlines()) if event["subject"] == test)
        for lines in (closed, opened)
    ]
    assert jwe.key_id(before) == named(desk)
    assert after["referral_id"] == test


def test_a_simulated_institution_needs_its_key(desk: Path, key: Path) -> None:
    (desk / "policy.json").write_text("{}", encoding="utf-8")
    call = "partner", "simulate", CODE, "--policy", str(desk / "policy.json")
    without, with_it = pdp(*call), pdp(*call, "--decrypt-with", str(key))
    assert (without.code, with_it.code) == (0, 0), without.err + with_it.err
    assert named(desk) in without.err
    assert named(desk) not in with_it.err
    assert len(with_it.out.splitlines()) > len(without.out.splitlines())


@pytest.mark.long
def test_the_desk_in_java_opens_what_is_encrypted(client: LocalClient, desk: Path, key: Path, tmp_path: Path) -> None:
    command = jvm.build(tmp_path, EXAMPLES / "Desk.java", jars())("Desk")
    with client.http("financing", client.token("operator")) as http:
        test = http.post(f"/partners/{CODE}/trials").json()["id"]
    assert f"answered {test}\n" in run(desk, *command, "client.properties", "8", key.name)
    with client.http("financing", client.token("operator")) as http:
        http.post(f"/partners/{CODE}/trials")
    (desk / "other.pem").write_bytes(private(PKCS8))
    call = [*map(str, command), "client.properties", "8", "other.pem"]
    passed = subprocess.run(call, cwd=desk, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert re.search(r"no KEY\.pem opens \S+, which is encrypted to key \S+: start with it", passed.stderr)
    assert "answered" not in passed.stdout
    kept = [json.loads(line) for line in (desk / "unopened.jsonl").read_text().splitlines()]
    assert [each["datacontenttype"] for each in kept] == ["application/jose"]
    with client.http("financing", client.token("operator")) as http:
        http.post(f"/partners/{CODE}/trials")
    without = subprocess.run(call[:-1], cwd=desk, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert "no KEY.pem opens" in without.stderr
    assert len((desk / "unopened.jsonl").read_text().splitlines()) == 2
    (desk / "other.pem").write_bytes(private_pss())
    signs = subprocess.run(call, cwd=desk, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert "RSA-PSS only signs" in signs.stderr
    for form in (private(SEC1), private(PKCS8, password=b"secreto"), private(PKCS8) * 2):
        (desk / "other.pem").write_bytes(form)
        refused = subprocess.run(call, cwd=desk, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert "`openssl pkey -in other.pem -out new.pem`" in refused.stderr
        assert ("locked" in refused.stderr) == (b"ENCRYPTED" in form)
