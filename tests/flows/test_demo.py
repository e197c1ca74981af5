"""The whole program, as `pdp demo` plays it, while a service dies twice in the middle."""

import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.installation import DEMO
from shared.messaging.batch import FATES
from shared.messaging.topics import SERVICES
from tests.flows import playing, story

pytestmark = pytest.mark.platform

WITHIN_S = 240
"""Each kill costs up to 30 s, after which the group no longer waits for the dead member."""
KILLED_AT = ("Alignment and diagnosis", "Plans, activities")
"""Acts at whose beginning the service is killed: between them, every stage has work on its hands."""


@pytest.fixture(scope="module")
def victim() -> str:
    """Another one in every run; `PDP_VICTIM` chooses."""
    return os.environ.get("PDP_VICTIM") or random.choice(SERVICES)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def outcome(victim: str, data: Path) -> dict[str, Any]:
    """What `pdp demo --json` wrote, after a run that had to survive the kill."""
    said: list[str] = []
    with playing.playing(data) as demo:
        late = threading.Timer(WITHIN_S, demo.terminate)
        late.start()
        for line in playing.lines(demo):
            said.append(line)
            if any(act in line for act in KILLED_AT):
                playing.serving(data)[victim].kill()
        code = demo.wait()
        late.cancel()
    assert code == 0, f"killed {victim}\n" + "".join(said)
    assert sum(f"{victim} ended with code -9" in line for line in said) == len(KILLED_AT), "".join(said)
    return playing.outcome(data)


@pytest.mark.timeout(WITHIN_S + 60)
def test_the_program_runs_through_although_a_service_is_killed_twice(outcome: dict[str, Any]) -> None:
    assert outcome["failures"] == []
    assert (outcome["anchors"], outcome["areas_covered"], outcome["requirements"]) == (16, 35, 56)
    assert (outcome["registered"], outcome["refused_rows"]) == (400, 6)
    assert outcome["aligned"] + outcome["not_aligned"] == 400
    assert outcome["diagnosed"] == outcome["aligned"] > 250
    assert 200 < outcome["matched"] <= outcome["diagnosed"]
    assert outcome["planned"] == outcome["selected"] >= 55
    assert outcome["seconds"] < WITHIN_S


def test_every_partner_answers_what_it_got(outcome: dict[str, Any]) -> None:
    assert set(outcome["referred"]) == {"nafin", "bancomext", "cluster"}
    assert outcome["answered"] == outcome["referred"]
    assert min(outcome["answered"].values()) > 0
    assert outcome["outcomes"]["nafin"]["disbursed"] > 0
    assert outcome["outcomes"]["bancomext"]["declined"] > 0


def test_nothing_is_lost_and_nothing_doubled(outcome: dict[str, Any]) -> None:
    books = outcome["reconciliation"]
    assert books["published"] > 4000
    assert books["consumed"] > 2 * books["published"]
    assert (books["lost"], books["doubled"], books["outbox"], books["lag"]) == (0, 0, 0, 0)
    assert books["dead_letters"] == books["planned_dead_letters"] >= 5


def test_trouble_ends_where_it_should(outcome: dict[str, Any]) -> None:
    ended = outcome["trouble"]
    assert ended["rfc_formato"] == "refused at line 25: rfc_length"
    assert ended["area_desconocida"] == "refused at line 339: area_unknown"
    assert ended["lista_definitivo"] == "registered, not aligned: list_69b"
    assert ended["sin_consentimiento"] == "refused: consent_missing (FON1306145I2)"
    assert ended["lectura_ajena"] == "refused: TOPIC_AUTHORIZATION_FAILED"


def test_the_logs_alone_tell_each_firm_s_story(outcome: dict[str, Any], data: Path) -> None:
    found = story.Story.of(story.read(data / DEMO / "logs", SERVICES))
    answered = found.firms("financing.referral-answered")
    assert len(answered) > 20
    # A line is written after its commit: what was killed in between left one out.
    whole = [firm for firm in answered if found.gap(firm) is None]
    assert len(whole) >= len(answered) - len(KILLED_AT)
    for firm in whole[: -len(KILLED_AT)]:
        told = [line["type"] for line in found.about(firm)]
        assert told[0] == "registration.supplier-registered"
        assert {"diagnosis.diagnosis-completed", "development.supplier-selected", "partner.referral"} < set(told)


def test_the_books_of_all_batches_balance(outcome: dict[str, Any], data: Path) -> None:
    lines = story.read(data / DEMO / "logs", SERVICES)
    batches = [line for line in lines if line["event"] == "batch_consumed"]
    assert sum(line["records"] for line in batches) >= outcome["reconciliation"]["published"]
    assert [line for line in batches if sum(line[fate] for fate in FATES) != line["records"]] == []
