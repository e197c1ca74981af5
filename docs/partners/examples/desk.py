"""A partner's desk: stores each referral once, answers that it has it, obeys withdrawals, shows what had no effect.

    pip install "confluent-kafka>=2.6.1"
    python desk.py kcat.conf desk.sqlite [SECONDS]

`kcat.conf` is the guide's file, `desk.sqlite` where referrals are stored. It ends after SECONDS without a record, if
they are given.
"""

import json
import sqlite3
import sys
import time
import uuid
from datetime import datetime, timezone

from confluent_kafka import Consumer, Producer

DESK = "CREATE TABLE IF NOT EXISTS referral (id TEXT PRIMARY KEY, withdrawn INTEGER NOT NULL, event TEXT)"


def main(settings_file: str, store_file: str, seconds: float = float("inf")) -> None:
    with open(settings_file, encoding="utf-8") as file:
        settings = dict(line.strip().split("=", 1) for line in file if "=" in line and not line.startswith("#"))
    me = settings["sasl.username"]
    store = sqlite3.connect(store_file)
    store.execute(DESK)
    own = {"group.id": f"{me}.desk", "group.instance.id": "desk-1", "enable.auto.commit": False}
    consumer = Consumer({**settings, "auto.offset.reset": "earliest", **own})
    settings.pop("auto.offset.reset", None)
    producer = Producer({**settings, "acks": "all", "enable.idempotence": True})
    consumer.subscribe([f"{me}.referrals.v1", f"{me}.refusals.v1"])
    last = time.monotonic()
    while time.monotonic() - last < seconds:
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():
            sys.exit(f"Kafka says: {record.error()}")
        last = time.monotonic()
        take(json.loads(record.value()), store, producer, me)
        producer.flush(30)
        consumer.commit(
            record, asynchronous=False
        )  # after it is stored and answered: what is lost on the way comes again
    consumer.close()


def take(event: dict, store: sqlite3.Connection, producer: Producer, me: str) -> None:
    data = event["data"]
    if event["type"] == "partner.referral":
        new = store.execute("INSERT OR IGNORE INTO referral VALUES (?, 0, ?)", (data["referral_id"], json.dumps(event)))
        store.commit()
        if (
            new.rowcount
        ):  # else it came before, or was withdrawn: a referral that comes behind its withdrawal is dropped
            print("referral", data["referral_id"], data["product"], flush=True)
            answer(producer, me, data["referral_id"], "partner.referral-acknowledged", folio="N-17")
    elif event["type"] == "partner.referral-withdrawn":
        keep_the_id = (
            "INSERT INTO referral VALUES (?, 1, NULL) ON CONFLICT (id) DO UPDATE SET withdrawn = 1, event = NULL"
        )
        store.execute(keep_the_id, (data["referral_id"],))
        store.commit()
        print("withdrawn", data["referral_id"], flush=True)
    elif event["type"] == "partner.answer-refused":
        which = data["answer_id"] or f"offset {data['offset']}"
        print(data["outcome"], which, data["reason"], data["todo"]["en"], flush=True)


def answer(producer: Producer, me: str, referral: str, type_: str, **said: object) -> None:
    now = datetime.now(timezone.utc).isoformat()
    data = {"referral_id": referral, "partner": me.removeprefix("partner."), "answered_at": now, **said}
    event = {"specversion": "1.0", "id": str(uuid.uuid4()), "type": type_, "source": me, "time": now, "data": data}

    def delivered(error: object, _: object) -> None:
        print("not sent:" if error else "answered", error or referral, flush=True)

    producer.produce(f"{me}.answers.v1", json.dumps(event), referral, on_delivery=delivered)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:]))
