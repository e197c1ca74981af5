"""NUL, which no store takes for text, in every text of every route: its caller is told, and nobody is woken."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from shared.service.callers import Role
from shared.service.http.routes import _query_names
from shared.service.schema_examples import example_of
from tests.http.services import STAGES
from tests.service import test_role_pairs as pairs
from tests.service.test_many_faults import schema_of
from tests.service.test_role_pairs import Asked

asking = pairs.asking
TEXT = "a\x00b"
ALIKE = 2
"""Of so many things in a list or a map, the others are alike."""


def _changed(body: Any) -> Iterator[Any]:
    """The body with this instead of each of its texts, and as a name."""
    match body:
        case str():
            yield TEXT
        case dict():
            for name, value in [*body.items()][: None if len(body) < 20 else ALIKE]:
                yield from (body | {name: each} for each in _changed(value))
            yield body | {TEXT: ""}
        case list() | tuple():
            yield from ([each, *body[1:]] for each in _changed(body[0] if body else ""))


def _otherwise(one: Asked) -> Iterator[Asked]:
    name, foreign = one.route.name, one.foreign
    if one.route.body_field is not None:
        schema = schema_of(one.route)
        whole = one.body or example_of(schema, schema.get("$defs", {}))
        yield from (replace(one, foreign=replace(foreign, bodies={name: body})) for body in _changed(whole))
    for given in _query_names(one.route.dependant):
        queries = {name: {**one.query, given: TEXT}}
        yield replace(one, foreign=replace(foreign, queries=queries))
    for given in one.route.param_convertors:
        yield replace(one, foreign=replace(foreign, ids={**foreign.ids, given: "a%00b"}))


@pytest.mark.parametrize("name", STAGES)
async def test_a_text_that_no_store_takes_is_refused_and_wakes_nobody(name: str, asking: Any) -> None:
    wrong = []
    async with asking(name) as (asked, ask):
        for one in asked:
            ids = one.foreign.ids
            supplier, anchor = ids.get("supplier_id", UUID(int=1)), ids.get("anchor_id", UUID(int=2))
            role = Role.OPERATOR if Role.OPERATOR in one.roles else min(one.roles)
            for other in _otherwise(one):
                with capture_logs() as lines:
                    answer = await ask(other, [role], supplier, anchor)
                errors = [line for line in lines if line["log_level"] in ("error", "critical")]
                # A look for what is not there finds nothing; a key of Kafka's is bytes.
                first = 200 if one.method == "GET" or "operations" in one.route.tags else 400
                if not first <= answer.status_code < 500 or errors:
                    wrong.append(
                        (one.told, answer.status_code, answer.text[:200], errors, str(other.body)[:100], other.query)
                    )
    assert not wrong, "\n".join(map(str, wrong))
