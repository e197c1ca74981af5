"""Whoever reads what there is not hears so, in a sentence that says what to do: an empty list would say that it is
there, and has nothing.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient

from shared.runtime.settings import KafkaSettings
from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.service.callers import roles_of
from shared.service.service import Service
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.http.services import STAGES
from tests.service.foreign import FOREIGN
from tests.service.test_callers import ISSUER
from tests.service.test_role_pairs import ASSIGNED, BOUND, QUERIES

NONE = {"code": "nobody", "partner": "nobody", "month": "2031-01", "number": "77"}
"""What there is none of, where it is no id; ids are these."""
NO_ID = str(UUID(int=9))
PARTS = {"question", "day"}
"""Of a closed list, or any day: none of them is unknown."""
OF_ANYBODY = {
    "/suppliers/{supplier_id}/audit": "what was done about an id, whether or not it is anybody's",
}
WHAT_TO_DO = re.compile(r"[;,.] \w")
"""A second sentence, or part of one, behind what there is not."""


def _unknown(route: APIRoute, known: dict[str, str]) -> Iterator[dict[str, str]]:
    """Of each part of its path that may be unknown: what is known in front of it, and none of it and of the rest."""
    names = [*route.param_convertors]
    none = {name: NONE.get(name, known[name] if name in PARTS else NO_ID) for name in names}
    for place, name in enumerate(names):
        if name not in PARTS and all(each in known for each in names[:place]):
            yield none | {each: known[each] for each in names[:place]}


@pytest.mark.parametrize("name", STAGES)
async def test_what_there_is_not_is_not_found(
    name: str, migrated: Migrated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Seen: past profiles, meetings, outcomes and ARCO requests of a firm that nobody knows were empty lists."""
    issuer, url = LocalIssuer(tmp_path, ISSUER), await migrated(name)
    issuer.ensure_key()
    monkeypatch.setenv("PDP_DATABASE_URL", url)
    stage, settings = importlib.import_module(f"services.{name}.app").build()
    async with StageUnderTest(stage, url) as running:
        foreign = await FOREIGN[name](running)
    known: dict[str, str] = {"question": "T04", **foreign.ids}
    queries: dict[str, Mapping[str, Any]] = {**QUERIES, **foreign.queries}
    service = Service(stage, settings, KafkaSettings())
    service.app.state.issuer = Issuer(Verifier(ISSUER, str(issuer.jwks_path), "pdp"))
    routes = [each for each in service.app.routes if isinstance(each, APIRoute) and "GET" in (each.methods or ())]
    await service.database.open()
    walked, wrong = 0, []
    try:
        async with AsyncClient(transport=ASGITransport(service.app), base_url="http://test") as client:
            for route in routes:
                for ids in _unknown(route, known) if route.path not in OF_ANYBODY else ():
                    for role in sorted(roles_of(route) or ()):
                        own = {each: ids.get(each, NO_ID) for each in ("supplier_id", "anchor_id")}
                        bonds: dict[str, Any] = own if role in BOUND else {}
                        bonds |= {"partner_code": "nafin"}
                        headers = {"Authorization": f"Bearer {issuer.issue('somebody', [role], **bonds)}"}
                        path, query = route.path.format(**ids), queries.get(route.name, {})
                        for language in ("es", "en"):
                            spoken = headers | {"Accept-Language": language}
                            answer = await client.get(path, params=query, headers=spoken)
                            said = answer.json()
                            # Who is assigned to whom is judged first: it does not tell what there is.
                            if role in ASSIGNED and said.get("title") == "not_assigned":
                                continue
                            if answer.status_code != 404 or not WHAT_TO_DO.search(said["detail"]):
                                wrong.append((role, path, answer.status_code, said.get("title"), said.get("detail")))
                            walked += 1
    finally:
        await service.database.close()
    assert wrong == []
    assert walked > 20
