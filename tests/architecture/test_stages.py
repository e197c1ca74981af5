"""What holds for every stage between its own files and those that all share."""

import asyncio
import subprocess
import sys
from importlib import import_module

import pytest
from alembic.util.exc import CommandError

from deploy.target.services import present
from shared.messaging.topics import EVENT_TYPES, SERVICES, catalogue, partner_topics
from shared.service import migrations
from shared.service.stage import Stage
from tests.conftest import Migrated

TOPICS = (*catalogue(), *partner_topics("any"))


@pytest.fixture(params=present())
def stage(request: pytest.FixtureRequest) -> Stage:
    built, _ = import_module(f"services.{request.param}.app").build()
    return built


def test_every_route_is_of_a_topic_that_the_stage_may_read(stage: Stage) -> None:
    """And every topic that it may read is one that it routes: a reader in the catalogue is an access right."""
    routed = {route.event for route in stage.routes}
    assert all(EVENT_TYPES[event.TYPE] is event for event in routed)
    readable = {topic.name for topic in TOPICS if stage.name in topic.readers}
    assert {topic.name for topic in TOPICS if routed.intersection(topic.events)} == readable


def test_every_service_is_there() -> None:
    assert {*SERVICES} == {*present()}


def test_every_event_has_one_route(stage: Stage) -> None:
    routed = [route.event for route in stage.routes]
    assert len(routed) == len(set(routed))


async def test_the_migrations_make_the_tables_that_are_declared(stage: Stage, migrated: Migrated) -> None:
    url = await migrated(stage.name)
    try:
        await asyncio.to_thread(migrations.check, stage.name, url)
    except CommandError as error:
        pytest.fail(f'{error}: run `make migration STAGE={stage.name} NAME="…"`')


STARTED = """
import sys
for name in sys.argv[1:]:
    __import__(f"services.{name}.app")
print(*{"openpyxl", "numpy", "highspy"}.intersection(sys.modules))
"""


def test_no_process_of_a_stage_loads_what_few_of_its_calls_need() -> None:
    """Libraries of workbooks and of the solver: 0.4 s of each start and 20 MB of each process, seen."""
    said = subprocess.run([sys.executable, "-c", STARTED, *present()], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == ""
