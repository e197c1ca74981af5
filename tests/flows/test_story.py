"""A story must be able to have a gap: each link of a chain, taken out of logs that are otherwise whole."""

import json
from pathlib import Path

import pytest

from tests.flows.story import Line, Story, read

FIRM = "firm"
DECIDED = {"event": "decided", "aggregate_id": FIRM}
REQUEST = {"event": "http", "correlation_id": "c-1"}
REGISTERED = {**DECIDED, "event_id": "1", "type": "registered", "correlation_id": "c-1"}
REFERRED = {**DECIDED, "event_id": "2", "type": "referred", "correlation_id": "c-1", "causation_id": "1"}
APPROVED = {**REFERRED, "event": "partner_answer_consumed", "event_id": "3", "causation_id": "2", "aggregate_id": "r"}
ANSWERED = {**REFERRED, "event_id": "4", "type": "answered", "causation_id": "3"}
WHOLE: list[Line] = [REQUEST, REGISTERED, REFERRED, APPROVED, ANSWERED]


def test_a_whole_story_is_followed_to_its_request() -> None:
    story = Story.of(WHOLE)
    assert story.gap(FIRM) is None
    assert [line["type"] for line in story.about(FIRM)] == ["registered", "referred", "answered"]
    assert list(story.back(ANSWERED)) == [ANSWERED, APPROVED, REFERRED, REGISTERED]
    assert story.firms("answered") == [FIRM]


@pytest.mark.parametrize("missing", WHOLE[:-1])
def test_each_missing_link_is_a_gap(missing: Line) -> None:
    assert Story.of([line for line in WHOLE if line is not missing]).gap(FIRM) is not None


def test_lines_of_all_services_are_in_the_order_of_time(tmp_path: Path) -> None:
    for service, times in {"a": (1, 4), "b": (2, 3)}.items():
        lines = [json.dumps({"timestamp": time, "service": service}) for time in times]
        (tmp_path / f"{service}.log").write_text("\n".join(lines))
    assert [line["service"] for line in read(tmp_path, ["a", "b"])] == ["a", "b", "b", "a"]
