"""Certify a connection against a sandbox: ten checks, a line each, and the number of those that failed as exit code.

    pip install "confluent-kafka>=2.6.1" joserfc
    python certify.py kcat.conf [KEY.pem ...] [ANSWER.json ...]

Each KEY.pem is a private key of yours, where the program has your public one: one check more, and joserfc is needed.
Each ANSWER.json is an answer as your systems write it: it is not sent, but looked at for fields that would be ignored.

Never against production: it acknowledges the newest test, no firm's referral, and sends six answers that must be
refused, some of them dead letters that the operators of the sandbox may discard. They send a test by `pdp partner try`.
"""

import hashlib
import json
import sys
import time
import uuid
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timezone

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition

PATIENCE = 20.0
"""Seconds for the program to say that an answer had no effect, and to be sure that it did not."""

ALGORITHMS = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]
RSA_PSS = bytes.fromhex("06092a864886f70d01010a")

EVERY = {"referral_id", "partner", "answered_at"}
BESIDES = {
    "partner.referral-acknowledged": {"folio"},
    "partner.information-requested": {"items"},
    "partner.referral-approved": {"amount", "term_months"},
    "partner.referral-declined": {"reason"},
    "partner.credit-disbursed": {"amount"},
    "partner.payments-corrected": {"amount"},
}
"""What each answer has in its `data`. Anything else is ignored, and nothing is told of it."""


def private_key(file: str) -> object:
    """A key of yours in PEM, as openssl wrote it (PKCS 8, PKCS 1 or SEC 1), without a password."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    with open(file, "rb") as opened_file:
        pem = opened_file.read()
    if pem.count(b"PRIVATE KEY-----") > 2:
        sys.exit(f"{file} has several keys: give each a file of its own")
    try:
        key = load_pem_private_key(pem, None)
        if RSA_PSS in b64decode(b"".join(pem.split(b"-----")[2].split())):
            sys.exit(f"{file} is of RSA-PSS, which signs and opens nothing: give the EC (P-256) or RSA key of yours")
        return (RSAKey if isinstance(key, RSAPrivateKey) else ECKey).import_key(key)
    except (TypeError, ValueError, JoseError) as error:
        sys.exit(
            f"{file}: {error}. `openssl pkey -in {file} -out new.pem` writes a key as it is read here, without password"
        )


def opened(event: dict, keys: list) -> dict:
    """The event in clear: a referral that is encrypted to one of your keys is opened, all else stays as it is."""
    if event.get("datacontenttype") != "application/jose":
        return event
    from joserfc import jwe
    from joserfc.errors import JoseError

    for key in keys:
        with suppress(JoseError, ValueError):
            content = jwe.decrypt_compact(event["data"], key, algorithms=ALGORITHMS).plaintext
            return {**event, "datacontenttype": "application/json", "data": json.loads(content)}
    return event


class Sandbox:
    """The partner's three topics."""

    def __init__(self, settings_file: str, key_files: tuple[str, ...] = ()) -> None:
        self.keys = [private_key(file) for file in key_files]
        with open(settings_file, encoding="utf-8") as file:
            given = dict(line.strip().split("=", 1) for line in file if "=" in line and not line.startswith("#"))
        given.pop("auto.offset.reset", None)
        # Topics and groups are named after the first two parts of a user's name, whichever of the two it is.
        self.me = ".".join(given["sasl.username"].split(".")[:2])
        self.settings = given
        self.producer = Producer({**given, "acks": "all", "enable.idempotence": True, "message.timeout.ms": 15_000})

    def held(self, kind: str) -> list[dict]:
        """All that a topic holds now, by events."""
        return list(self._read(kind, go_on=False))

    def wait_for(self, kind: str, fits: Callable[[dict], bool]) -> dict | None:
        """The first event of a topic that fits, also one that comes within the patience."""
        return next((event for event in self._read(kind, go_on=True) if fits(event)), None)

    def _read(self, kind: str, *, go_on: bool) -> Iterator[dict]:
        own = {"group.id": f"{self.me}.trial", "enable.auto.commit": False, "enable.partition.eof": True}
        consumer = Consumer({**self.settings, **own})
        topic, deadline = f"{self.me}.{kind}.v1", time.monotonic() + PATIENCE
        unread = set(consumer.list_topics(topic, 15).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in unread])
        try:
            while time.monotonic() < deadline and (unread or go_on):
                record = consumer.poll(0.5)
                if record is not None and record.error() is None:
                    yield opened(json.loads(record.value()), self.keys)
                elif record is not None and record.error().code() == KafkaError._PARTITION_EOF:
                    unread.discard(record.partition())
        finally:
            consumer.close()

    def send(self, kind: str, key: str, value: str) -> tuple[KafkaError | None, int]:
        """The delivery report: what Kafka refused it for, and its offset."""
        told: list[tuple[KafkaError | None, int]] = []
        self.producer.produce(
            f"{self.me}.{kind}.v1", value, key, on_delivery=lambda error, record: told.append((error, record.offset()))
        )
        self.producer.flush(20)
        return told[0]

    def refusal(self, **known: object) -> dict:
        """What the program says of an answer, known by its id or its offset; nothing where it says nothing."""
        told = self.wait_for("refusals", lambda event: all(event["data"].get(each) == known[each] for each in known))
        return told["data"] if told else {}


def answer(sandbox: Sandbox, referral: str, **other: object) -> dict:
    now = datetime.now(timezone.utc).isoformat()
    data = {"referral_id": referral, "partner": sandbox.me.removeprefix("partner."), "answered_at": now, **other}
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "type": "partner.referral-acknowledged",
        "source": sandbox.me,
        "time": now,
        "data": data,
    }


def ignored(answer_file: str) -> list[str]:
    """Fields of an answer that the program ignores: misspelt, or of another answer."""
    with open(answer_file, encoding="utf-8") as file:
        event = json.load(file)
    return sorted(event["data"].keys() - EVERY - BESIDES.get(event["type"], set()))


def is_closed(event: dict) -> bool:
    """Whether no key opened it."""
    return isinstance(event["data"], str)


def newest_test(events: list[dict]) -> str | None:
    """By when it was sent: a topic has partitions, and these are read in any order."""
    tests = [event for event in events if event["type"] == "partner.referral" and not is_closed(event)]
    tests = [event for event in tests if event["data"]["test"]]
    return max(tests, key=lambda event: event["time"])["data"]["referral_id"] if tests else None


def is_refused(sandbox: Sandbox, key: str, event: dict, reason: str) -> bool:
    sandbox.send("answers", key, json.dumps(event))
    return sandbox.refusal(answer_id=event["id"]).get("reason") == reason


def garbage_is_refused(sandbox: Sandbox, value: str, reason: str) -> bool:
    """It has no id: its offset and digest tell which it was."""
    _, offset = sandbox.send("answers", "no referral", value)
    digest = hashlib.sha256(value.encode()).hexdigest()
    return sandbox.refusal(offset=offset, sha256=digest).get("reason") == reason


def main(settings_file: str, *files: str) -> int:
    key_files = tuple(file for file in files if file.endswith(".pem"))
    sandbox = Sandbox(settings_file, key_files)
    failed = 0

    def check(what: str, holds: bool) -> bool:
        nonlocal failed
        failed += not holds
        print("ok    " if holds else "FAILED", what, flush=True)
        return holds

    for file in (each for each in files if each not in key_files):
        fields = ignored(file)
        check(f"{file} has no field that is ignored {' '.join(fields)}".rstrip(), not fields)
    held = sandbox.held("referrals")
    if key_files or any(map(is_closed, held)):
        check("each referral that is encrypted opens with a key of yours", not any(map(is_closed, held)))
    referral = newest_test(held)
    if not check("the topic of referrals can be read, and holds a test", referral is not None):
        return failed
    error, _ = sandbox.send("referrals", referral, "{}")
    denied = error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    check("the topic of referrals cannot be written to", denied)

    receipt = answer(sandbox, referral, folio="CERTIFICATION")
    error, _ = sandbox.send("answers", referral, json.dumps(receipt))
    check("an answer is delivered", error is None)
    sandbox.send("answers", referral, json.dumps(receipt))
    told = sandbox.refusal(answer_id=receipt["id"])
    check("and is right: only its repetition is told, which is no error", told.get("outcome") == "repeated")

    nowhere = str(uuid.uuid4())
    slow = answer(sandbox, referral, answered_at="2001-01-01T00:00:00Z")
    nameless = answer(sandbox, referral)
    del nameless["data"]["partner"]
    check("an unknown referral is refused", is_refused(sandbox, nowhere, answer(sandbox, nowhere), "referral_unknown"))
    check("a clock that is years behind is refused", is_refused(sandbox, referral, slow, "answered_at_implausible"))
    check(
        "another key than the referral's is refused",
        is_refused(sandbox, nowhere, answer(sandbox, referral), "wrong_key"),
    )
    check("a field that is missing is refused", is_refused(sandbox, referral, nameless, "wrong_shape"))
    check("what is no JSON is refused, by its offset", garbage_is_refused(sandbox, "{not quite JSON", "not_json"))
    check("what is too long is refused, by its offset", garbage_is_refused(sandbox, nowhere * 2_000, "too_large"))
    print("certified" if not failed else f"{failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
