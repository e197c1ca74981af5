"""What the portal shows is built anew from the topics."""

import pytest

from deploy.local.client import LocalClient
from tests.deploy.program import pdp
from tests.running.developed import until
from tests.running.travelled import Travelled

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

SHOWN = (
    "SELECT md5(string_agg(f::text, '|' ORDER BY id)) FROM firm AS f",
    "SELECT md5(string_agg(c::text, '|' ORDER BY match_id)) FROM candidate AS c",
    "SELECT md5(string_agg(r::text, '|' ORDER BY id)) FROM requirement AS r",
    "SELECT md5(string_agg(s::text, '|' ORDER BY event_id)) FROM story AS s JOIN firm ON firm.id = subject",
)
EMPTIED = "TRUNCATE firm, candidate, requirement, anchor, story"


@pytest.mark.parametrize("before", ["UPDATE firm SET profile = NULL, steps = '[]'", EMPTIED])
def test_a_rewind_builds_it_anew(client: LocalClient, travelled: Travelled, before: str) -> None:
    def shown() -> list[str]:
        return [client.postgres.execute(each, "portal") for each in SHOWN]

    until(lambda: pdp("lag", "--json").code == 0)
    whole = shown()
    client.postgres.execute(before, "portal")
    assert shown() != whole
    told = pdp("rewind", "portal")
    assert (told.code, "\n0 records took effect" in told.out) == (0, False), told.err
    assert shown() == whole
