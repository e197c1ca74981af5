"""What is kept of a dead letter's value, and for how long."""

import hashlib
import json
from datetime import timedelta
from uuid import uuid4

from shared.messaging import dead_letters
from shared.messaging.codec import Record
from shared.messaging.topics import MAX_ANSWER_BYTES
from shared.sealing import whole
from tests.conformance.stage import Bench, by
from tests.conformance.test_dead_letters import garbage, listed


async def test_what_a_partner_wrote_is_forgotten_when_its_letter_is_closed(bench: Bench) -> None:
    partners = "partner.conformance.answers.v1"
    await bench.runner.consume([garbage(uuid4(), 1, partners), garbage(uuid4(), 2, partners), garbage(uuid4(), 3)])
    _, *closed = [letter.id for letter in sorted(await listed(bench), key=lambda letter: letter.offset)]
    for letter in closed:
        await bench.replayer.resolve(letter, "discarded", by("operator"))
    async with bench.database.connection() as connection:
        await dead_letters.forget(connection, timedelta(), timedelta(days=1))
        rows = await connection.fetch('SELECT id, "offset", value FROM dead_letter ORDER BY "offset"')
        place = connection, dead_letters.PLACE
        kept = [(row["offset"], await whole.open_one(*place, row["id"], row["value"])) for row in rows]
    assert kept == [(1, b"no event"), (2, None), (3, b"no event")]
    assert [row["value"] == b"no event" for row in rows] == [False, False, True]


async def test_trap_12_a_value_beyond_the_limit_is_told_of_and_never_stored(bench: Bench) -> None:
    """Compressed, some kilobytes: Kafka's own limit does not see it."""
    topic, value = "partner.nafin.answers.v1", b" " * (MAX_ANSWER_BYTES + 1)
    assert (await bench.runner.consume([Record(topic, 0, 0, b"a key", value)])).dead == 1
    assert await bench.count("dead_letter", "value IS NULL") == await bench.count("dead_letter") == 1
    async with bench.database.connection() as connection:
        told = json.loads(await connection.fetchval("SELECT convert_from(body, 'UTF8') FROM journal"))["data"]
    assert (told["reason"], told["size"]) == ("too_large", len(value))
    assert told["sha256"] == hashlib.sha256(value).hexdigest()


async def test_a_key_of_a_partner_that_is_no_id_is_shown_as_the_digits_of_its_digest(bench: Bench) -> None:
    record = garbage(uuid4(), 1, "partner.conformance.answers.v1")._replace(key=b"NAF-17")
    await bench.runner.consume([record])
    digest = hashlib.sha256(b"NAF-17").hexdigest()
    assert [letter.key for letter in await listed(bench)] == [digest]
    assert len(await listed(bench, key=digest)) == 1
