"""A partner's desk: stores each referral once, answers that it has it, obeys withdrawals, shows what had no effect.

    pip install "confluent-kafka>=2.6.1" joserfc
    python desk.py kcat.conf desk.sqlite [SECONDS [KEY.pem ...]]

`kcat.conf` is the guide's file, `desk.sqlite` where referrals and answers are stored, as they came. It ends after
SECONDS without a record, if they are given, and where an answer does not get through; started again, it sends what it
owes. What no KEY.pem opens, or none is given for, it stores and goes on: a withdrawal may lie behind it. Started with
the right one it opens it, and until then it says each time what there is. Without keys joserfc is not needed.
"""

import json
import sqlite3
import sys
import time
import uuid
from base64 import b64decode, urlsafe_b64decode
from contextlib import suppress
from datetime import datetime, timezone

from confluent_kafka import Consumer, Producer

ALGORITHMS = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]
RSA_PSS = bytes.fromhex("06092a864886f70d01010a")

DESK = """
    CREATE TABLE IF NOT EXISTS referral (id TEXT PRIMARY KEY, withdrawn INTEGER NOT NULL, event TEXT);
    CREATE TABLE IF NOT EXISTS answer (id TEXT PRIMARY KEY, referral TEXT NOT NULL, event TEXT, sent INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS unopened (
        id TEXT PRIMARY KEY, firm TEXT NOT NULL, sent TEXT NOT NULL, event TEXT NOT NULL
    );
"""


def main(settings_file: str, store_file: str, seconds: float = float("inf"), *key_files: str) -> None:
    keys = [private_key(file) for file in key_files]
    with open(settings_file, encoding="utf-8") as file:
        settings = dict(line.strip().split("=", 1) for line in file if "=" in line and not line.startswith("#"))
    # Topics and groups are named after the first two parts of a user's name: of `partner.CODE` and of `partner.CODE.b`.
    me = ".".join(settings["sasl.username"].split(".")[:2])
    store = sqlite3.connect(store_file)
    store.executescript(DESK)
    own = {"group.id": f"{me}.desk", "group.instance.id": "desk-1", "enable.auto.commit": False}
    consumer = Consumer({**settings, "auto.offset.reset": "earliest", **own})
    settings.pop("auto.offset.reset", None)
    producer = Producer({**settings, "acks": "all", "enable.idempotence": True})
    for (event,) in store.execute("SELECT event FROM unopened ORDER BY rowid").fetchall():
        take(json.loads(event), store, me, keys)
    send_what_is_owed(store, producer, me)  # A run that ended between storing and sending left it.
    consumer.subscribe([f"{me}.referrals.v1", f"{me}.refusals.v1"])
    last = time.monotonic()
    while time.monotonic() - last < seconds:
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():
            sys.exit(f"Kafka says: {record.error()}")
        last = time.monotonic()
        take(json.loads(record.value()), store, me, keys)
        send_what_is_owed(store, producer, me)
        # After it is stored and answered: what is lost on the way comes again.
        consumer.commit(record, asynchronous=False)
    consumer.close()


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


def take(event: dict, store: sqlite3.Connection, me: str, keys: list | None = None) -> None:
    data = opened(event, keys or [])["data"]
    if isinstance(data, str):
        keep_unopened(event, store)
        return
    with store:
        store.execute("DELETE FROM unopened WHERE id = ?", (event["id"],))
    if event["type"] == "partner.referral":
        with store:  # Referral and answer, or neither.
            referral = (data["referral_id"], json.dumps(event))
            new = store.execute("INSERT OR IGNORE INTO referral VALUES (?, 0, ?)", referral).rowcount
            # Else it came before, or was withdrawn: a referral that comes behind its withdrawal is dropped.
            if new:
                answer(store, me, data["referral_id"], "partner.referral-acknowledged", folio="N-17")
        if new:
            print("referral", data["referral_id"], data["product"], flush=True)
    elif event["type"] == "partner.referral-withdrawn":
        first_of_firm = (
            "DELETE FROM unopened WHERE rowid = (SELECT min(rowid) FROM unopened WHERE firm = ? AND sent <= ?)"
        )
        with store:
            if store.execute("INSERT OR IGNORE INTO referral VALUES (?, 1, NULL)", (data["referral_id"],)).rowcount:
                # It was never opened here: it is the firm's first that no key opens, and none that was sent since.
                store.execute(first_of_firm, (event["subject"], event["time"]))
            store.execute("UPDATE referral SET withdrawn = 1, event = NULL WHERE id = ?", (data["referral_id"],))
            store.execute("DELETE FROM answer WHERE referral = ?", (data["referral_id"],))
        print("withdrawn", data["referral_id"], flush=True)
    elif event["type"] == "partner.answer-refused":
        which = data["answer_id"] or f"offset {data['offset']}"
        print(data["outcome"], which, data["reason"], data["todo"]["en"], flush=True)


def keep_unopened(event: dict, store: sqlite3.Connection) -> None:
    """What is encrypted to a lost key stays so: whoever asks is sent it again, encrypted to their key of now."""
    header = event["data"].split(".")[0]
    kid = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    with store:
        kept = (event["id"], event["subject"], event["time"], json.dumps(event))
        store.execute("INSERT OR IGNORE INTO unopened VALUES (?, ?, ?, ?)", kept)
    which = f"no KEY.pem opens {event['id']}, which is encrypted to key {kid}"
    print(f"{which}: start with it, or ask to be sent it again if it is lost", file=sys.stderr)


def answer(store: sqlite3.Connection, me: str, referral: str, type_: str, **said: object) -> None:
    """Store an answer under its id, still to send: sent again after a crash, it is the same one."""
    now = datetime.now(timezone.utc).isoformat()
    data = {"referral_id": referral, "partner": me.removeprefix("partner."), "answered_at": now, **said}
    event = {"specversion": "1.0", "id": str(uuid.uuid4()), "type": type_, "source": me, "time": now, "data": data}
    store.execute("INSERT INTO answer VALUES (?, ?, ?, 0)", (event["id"], referral, json.dumps(event)))


def send_what_is_owed(store: sqlite3.Connection, producer: Producer, me: str) -> None:
    """Send the answers that are stored and not sent, and end the program where one does not get through."""
    owed = store.execute("SELECT id, referral, event FROM answer WHERE NOT sent ORDER BY rowid").fetchall()
    failed = []
    for id_, referral, event in owed:

        def delivered(error: object, _: object, id_: str = id_, referral: str = referral) -> None:
            if error:
                failed.append(error)
                return
            with store:
                store.execute("UPDATE answer SET sent = 1 WHERE id = ?", (id_,))
            print("answered", referral, flush=True)

        producer.produce(f"{me}.answers.v1", event, referral, on_delivery=delivered)
    left = producer.flush(30) if owed else 0
    if left or failed:
        sys.exit(f"not sent: {failed or left}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:4]), *sys.argv[4:])
