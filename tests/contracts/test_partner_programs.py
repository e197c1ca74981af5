"""The programs that partners copy, with a Kafka that is played: what they do at a crash, an error, a change of user."""

import json
import re
import runpy
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import confluent_kafka
import pytest
from joserfc.jwk import ECKey, RSAKey

from deploy.provision.partners import users_of
from shared.contracts.encrypted import MEDIA_TYPE
from shared.contracts.partner import Answer
from shared.security import jwe
from tests.bench.jvm import PINS
from tests.security.partner_kit import EXAMPLES, GUIDE, KIT, blocks, calls, jars, typed
from tests.security.wrong_keys import PKCS8, SEC1, private, private_pss

CODE = "nafin"
REFERRAL: dict[str, Any] = json.loads(blocks("json")[0])
REFUSED = SimpleNamespace(error=lambda: "GROUP_AUTHORIZATION_FAILED", value=lambda: b"")


class Kafka:
    """Both clients of one broker that knows no rules."""

    def __init__(self, *records: Any, away: bool = False) -> None:
        self.records, self.away = [*records], away
        self.topics, self.groups, self.sent = set[str](), set[str](), list[dict[str, Any]]()

    def __call__(self, settings: dict[str, Any]) -> "Kafka":
        if "group.id" in settings:
            self.groups.add(settings["group.id"])
        return self

    def subscribe(self, topics: list[str]) -> None:
        self.topics |= {*topics}

    def poll(self, _: float) -> Any:
        return self.records.pop(0) if self.records else None

    def commit(self, _: object, **__: object) -> None:
        assert not self.away, "committed what was not answered"

    def produce(self, topic: str, value: str, key: str, on_delivery: Callable[[object, Any], None]) -> None:
        self.topics.add(topic)
        if not self.away:
            self.sent.append(json.loads(value))
            on_delivery(None, SimpleNamespace(key=key.encode, offset=lambda: 0))

    def flush(self, _: float) -> int:
        return int(self.away)

    def close(self) -> None:
        pass


def record(event: dict[str, Any]) -> Any:
    return SimpleNamespace(error=lambda: None, value=lambda: json.dumps(event).encode())


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Kafka], Kafka]:
    """Programs that run in a partner's folder talk to this Kafka."""
    settings = typed((KIT / "kcat.conf").read_text(encoding="utf-8"), "host:9092", CODE, "secret")
    (tmp_path / "kcat.conf").write_text(f"# Ours\n\n{settings}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def play(kafka: Kafka) -> Kafka:
        monkeypatch.setattr(confluent_kafka, "Consumer", kafka)
        monkeypatch.setattr(confluent_kafka, "Producer", kafka)
        return kafka

    return play


def run_desk(kafka: Kafka, *key_files: Path) -> Kafka:
    runpy.run_path(str(EXAMPLES / "desk.py"))["main"]("kcat.conf", "desk.sqlite", 0.01, *key_files)
    return kafka


def encrypted(key: ECKey | RSAKey) -> dict[str, Any]:
    """The guide's referral, as it comes to a partner with this key."""
    message = jwe.encrypted(json.dumps(REFERRAL["data"]).encode(), jwe.read_public(key.as_pem(private=False)))
    return {**REFERRAL, "datacontenttype": MEDIA_TYPE, "data": message}


@pytest.fixture
def keys(tmp_path: Path) -> dict[Path, dict[str, Any]]:
    """Files with private keys, each with a referral that it opens."""
    made: dict[Path, ECKey | RSAKey] = {
        tmp_path / "rsa.pem": RSAKey.generate_key(2048),
        tmp_path / "ec.pem": ECKey.generate_key("P-256"),
    }
    for file, key in made.items():
        file.write_bytes(key.as_pem(private=True))
    return {file: encrypted(key) for file, key in made.items()}


@pytest.mark.parametrize("user", users_of(CODE))
def test_topics_and_groups_are_the_same_for_each_of_a_partner_s_two_users(
    played: Callable[[Kafka], Kafka], user: str
) -> None:
    settings = Path("kcat.conf")
    settings.write_text(settings.read_text().replace(f"=partner.{CODE}\n", f"={user}\n"))
    assert f"={user}\n" in settings.read_text()
    desk = run_desk(played(Kafka(record(REFERRAL))))
    certify = played(Kafka())
    runpy.run_path(str(EXAMPLES / "certify.py"))["Sandbox"]("kcat.conf").send("answers", "key", "{}")
    java = (EXAMPLES / "Desk.java").read_text(encoding="utf-8")
    [quoted] = re.findall(r"Pattern\.compile\((\".*?[^\\]\")\)", java)
    in_java = re.search(json.loads(quoted), f'required username="{user}" password="secret";')
    assert desk.topics == {f"partner.{CODE}.{each}.v1" for each in ("referrals", "answers", "refusals")}
    assert (desk.groups, certify.topics) == ({f"partner.{CODE}.desk"}, {f"partner.{CODE}.answers.v1"})
    assert in_java is not None
    assert in_java[1] == f"partner.{CODE}"


def test_what_the_desk_stored_and_could_not_send_is_sent_when_it_starts_again(
    played: Callable[[Kafka], Kafka],
) -> None:
    with pytest.raises(SystemExit, match="not sent"):
        run_desk(played(Kafka(record(REFERRAL), away=True)))
    stored = sqlite3.connect("desk.sqlite").execute("SELECT id FROM answer").fetchall()
    again = run_desk(played(Kafka()))
    assert [(each["id"],) for each in again.sent] == stored
    assert run_desk(played(Kafka(record(REFERRAL)))).sent == []


def test_a_referral_that_was_withdrawn_is_answered_no_more(played: Callable[[Kafka], Kafka]) -> None:
    with pytest.raises(SystemExit):
        run_desk(played(Kafka(record(REFERRAL), away=True)))
    program = runpy.run_path(str(EXAMPLES / "desk.py"))
    store = sqlite3.connect("desk.sqlite")
    program["take"]({**REFERRAL, "type": "partner.referral-withdrawn"}, store, "partner.nafin")
    assert run_desk(played(Kafka(record(REFERRAL)))).sent == []
    assert store.execute("SELECT event FROM referral").fetchall() == [(None,)]


def test_the_desk_opens_what_is_encrypted_to_one_of_its_keys(
    played: Callable[[Kafka], Kafka], keys: dict[Path, dict[str, Any]]
) -> None:
    for event in keys.values():
        desk = run_desk(played(Kafka(record(event))), *keys)
        assert [each["data"]["referral_id"] for each in desk.sent] == [REFERRAL["data"]["referral_id"]]
        [(stored,)] = sqlite3.connect("desk.sqlite").execute("SELECT event FROM referral").fetchall()
        assert json.loads(stored) == event, "as it came"
        Path("desk.sqlite").unlink()


def test_the_desk_notes_what_it_cannot_open_and_goes_on(
    played: Callable[[Kafka], Kafka], keys: dict[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Who lost a key has to obey withdrawals all the same, and is sent the referral again."""
    (first, again), (_, lost) = keys.items()
    withdrawal = withdrawn("gone") | {"subject": "another firm"}
    told = f"no KEY.pem opens {lost['id']}, which is encrypted to key"
    for given in ((), (first,)):
        assert run_desk(played(Kafka(record(lost), record(withdrawal))), *given).sent == []
        assert told in capsys.readouterr().err
    assert sqlite3.connect("desk.sqlite").execute("SELECT id, withdrawn FROM referral").fetchall() == [("gone", 1)]
    desk = run_desk(played(Kafka(record({**again, "id": lost["id"]}))), first)
    assert told in capsys.readouterr().err
    assert [each["data"]["referral_id"] for each in desk.sent] == [REFERRAL["data"]["referral_id"]]
    run_desk(played(Kafka()), first)
    assert capsys.readouterr().err == ""


def test_what_the_desk_keeps_unopened_it_opens_once_it_has_the_key(
    played: Callable[[Kafka], Kafka], keys: dict[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Seen: it ended at the first such referral where no KEY.pem was given, and obeyed no withdrawal behind it."""
    *_, (key, event) = keys.items()
    assert run_desk(played(Kafka(record(event)))).sent == []
    capsys.readouterr()
    desk = run_desk(played(Kafka()), key)
    assert [each["data"]["referral_id"] for each in desk.sent] == [REFERRAL["data"]["referral_id"]]
    assert "no KEY.pem" not in capsys.readouterr().err
    assert run_desk(played(Kafka()), key).sent == []


def test_a_withdrawal_ends_what_the_desk_says_of_what_it_cannot_open(
    played: Callable[[Kafka], Kafka], keys: dict[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (event | {"id": f"sent-{number}"} for number, event in enumerate(keys.values()))
    away = withdrawn(REFERRAL["data"]["referral_id"])
    run_desk(played(Kafka(record(first), record(second), record(away), record(away))))
    capsys.readouterr()
    run_desk(played(Kafka()))
    said = capsys.readouterr().err
    assert ("sent-0" in said, "sent-1" in said) == (False, True), "the other one of the firm waits still"
    assert run_desk(played(Kafka(record(first))), *keys).sent == [], "what was withdrawn comes back under no key"


def test_a_withdrawal_that_is_older_ends_nothing_that_was_sent_since(
    played: Callable[[Kafka], Kafka], keys: dict[Path, dict[str, Any]]
) -> None:
    """Sent again to a desk that lost its store, it took the firm's next referral away, which was never answered."""
    *_, (key, event) = keys.items()
    run_desk(played(Kafka(record(event), record(withdrawn("older") | {"time": "2026-01-01T00:00:00Z"}))))
    desk = run_desk(played(Kafka()), key)
    assert [each["data"]["referral_id"] for each in desk.sent] == [REFERRAL["data"]["referral_id"]]


def withdrawn(referral: str) -> dict[str, Any]:
    return {**REFERRAL, "type": "partner.referral-withdrawn", "id": "w", "data": {"referral_id": referral}}


def test_what_certify_cannot_open_is_no_test(keys: dict[Path, dict[str, Any]]) -> None:
    program = runpy.run_path(str(EXAMPLES / "certify.py"))
    given = [program["private_key"](str(file)) for file in keys]
    for event in keys.values():
        opened = program["opened"](event, given)
        assert opened == REFERRAL
        opened["data"]["test"] = True
        assert program["newest_test"]([opened]) == REFERRAL["data"]["referral_id"]
        assert program["newest_test"]([program["opened"](event, given[:0])]) is None


@pytest.mark.parametrize("program", ["desk.py", "certify.py"])
def test_a_program_reads_each_form_of_a_private_key_or_says_how_to_write_it(program: str, tmp_path: Path) -> None:
    file, read = tmp_path / "key.pem", runpy.run_path(str(EXAMPLES / program))["private_key"]
    for form in (PKCS8, SEC1):
        file.write_bytes(private(form))
        assert read(str(file)).is_private
    locked, two = private(PKCS8, password=b"secreto"), private(PKCS8) * 2
    for content, says in (
        (locked, "encrypted.*openssl pkey"),
        (b"no key", "openssl pkey"),
        (two, "several keys"),
        (private_pss(), "RSA-PSS, which signs"),
    ):
        file.write_bytes(content)
        with pytest.raises(SystemExit, match=says):
            read(str(file))


def filtered(folder: Path, *events: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    """What the guide's filter makes of these in a partner's folder."""
    (folder / "open.py").write_text(blocks("python")[1], encoding="utf-8")
    lines = "\n".join(map(json.dumps, events))
    return subprocess.run(
        [sys.executable, "open.py"], cwd=folder, input=lines, capture_output=True, text=True, check=False
    )


def test_the_guide_s_filter_opens_what_openssl_s_key_opens(tmp_path: Path, keys: dict[Path, dict[str, Any]]) -> None:
    """With the commands that it shows, and while a key of another kind takes its place."""
    for command in calls("openssl"):
        subprocess.run(shlex.split(command), cwd=tmp_path, check=True, capture_output=True)
    (rsa, of_rsa), (_, of_another) = keys.items()
    rsa.rename(tmp_path / "key-2027.pem")
    public = jwe.read_public((tmp_path / "public.pem").read_bytes())
    message = jwe.encrypted(json.dumps(REFERRAL["data"]).encode(), public)
    done = filtered(
        tmp_path, {**REFERRAL, "datacontenttype": MEDIA_TYPE, "data": message}, of_rsa, REFERRAL, of_another
    )
    assert [*map(json.loads, done.stdout.splitlines())] == [REFERRAL] * 3 + [of_another], done.stderr


def test_the_guide_s_filter_says_what_is_amiss_with_a_key(tmp_path: Path) -> None:
    assert "no key*.pem" in filtered(tmp_path, REFERRAL).stderr
    (tmp_path / "key.pem").write_bytes(private(SEC1, password=b"secreto"))
    assert "openssl pkey -in key.pem" in filtered(tmp_path, REFERRAL).stderr


def first_program(kafka: Kafka) -> Kafka:
    exec(blocks("python")[0], {})
    return kafka


@pytest.mark.parametrize(("given", "says"), [((), "no referral"), ((REFUSED,), "GROUP_AUTHORIZATION_FAILED")])
def test_the_first_program_says_what_is_amiss(
    played: Callable[[Kafka], Kafka], given: tuple[Any, ...], says: str
) -> None:
    with pytest.raises(SystemExit, match=says):
        first_program(played(Kafka(*given)))


def test_the_first_program_reads_settings_with_comments(played: Callable[[Kafka], Kafka]) -> None:
    assert len(first_program(played(Kafka(record(REFERRAL)))).sent) == 1


def test_the_first_program_passes_by_what_is_no_referral(played: Callable[[Kafka], Kafka]) -> None:
    withdrawn = {"type": "partner.referral-withdrawn", "data": {"referral_id": REFERRAL["data"]["referral_id"]}}
    assert len(first_program(played(Kafka(record(withdrawn), record(REFERRAL)))).sent) == 1


def test_the_first_program_says_where_to_go_on_with_what_is_encrypted(
    played: Callable[[Kafka], Kafka], keys: dict[Path, dict[str, Any]]
) -> None:
    for event in keys.values():
        with pytest.raises(SystemExit, match=jwe.key_id(event["data"])) as said:
            first_program(played(Kafka(record(event))))
        [chapter] = re.findall("'(.+)'", str(said.value))
        assert f"\n## {chapter}\n" in GUIDE


def test_certify_answers_the_newest_test_and_no_firm() -> None:
    newest_test = runpy.run_path(str(EXAMPLES / "certify.py"))["newest_test"]
    sent = [("firm", 9, False), ("old", 1, True), ("new", 3, True), ("older", 2, True)]
    events = [
        {**REFERRAL, "time": f"2026-03-0{day}", "data": {"referral_id": id_, "test": test}} for id_, day, test in sent
    ]
    assert newest_test(events) == "new"
    assert newest_test(events[:1]) is None


def test_certify_names_the_fields_of_an_answer_that_are_ignored(tmp_path: Path) -> None:
    program = runpy.run_path(str(EXAMPLES / "certify.py"))
    known = {event.TYPE: set(event.model_fields) - program["EVERY"] for event in Answer.__subclasses__()}
    assert (program["BESIDES"], program["EVERY"]) == (known, set(Answer.model_fields))
    example = json.loads(blocks("json")[1])
    example["data"] |= {"interes": "12"}
    (tmp_path / "answer.json").write_text(json.dumps(example), encoding="utf-8")
    assert program["ignored"](str(tmp_path / "answer.json")) == ["interes"]


def test_the_jars_of_the_program_in_java_are_those_it_is_tried_with() -> None:
    pinned = {"-".join(line.split()[1].split(":")[1:]) for line in PINS.read_text(encoding="utf-8").splitlines()}
    assert {name.removesuffix(".jar") for name in jars()} <= pinned
    assert any(name.startswith("zstd-jni-") for name in jars()), "records are compressed with zstd"


def test_no_command_of_the_guide_reads_with_the_group_of_a_partner_s_desk() -> None:
    assert [call for call in (*calls("kcat"), *calls("kafka-console")) if ".desk" in call] == []
