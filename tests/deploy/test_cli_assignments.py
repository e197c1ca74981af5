"""`pdp assignments`, asked of diagnosis and development as they serve."""

import asyncio
import importlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from structlog.testing import capture_logs

from deploy.target import TARGET
from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.deploy.program import Told, pdp
from tests.development import calls as developing
from tests.diagnosis.builders import SUPPLIER
from tests.diagnosis.test_handlers import aligned

ISSUER = "http://127.0.0.1/pdp"


@dataclass(frozen=True)
class Installation:
    """Two services; a firm with a diagnosis at the one, another with a plan at the other."""

    target: str
    diagnosed: str
    planned: str

    async def pdp(self, *arguments: str) -> Told:
        return await asyncio.to_thread(pdp, "--target", self.target, "assignments", *arguments)

    async def listed(self, *arguments: str) -> dict[str, list[str | None]]:
        """Assessor, validator and mentor, by firm."""
        told = await self.pdp("list", "--json", *arguments)
        assert told.code == 0, told.err
        return {each["supplier_id"]: [each["assessor"], each["validator"], each["mentor"]] for each in told.json}


@asynccontextmanager
async def served(stage: StageUnderTest, issuer: Issuer) -> AsyncIterator[str]:
    """The address at which its routes answer."""
    built, _ = importlib.import_module(f"services.{stage.name}.app").build()
    app = built.application(issuer, stage.router, stage.database)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture
async def installation(
    migrated: Migrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Installation]:
    local = LocalIssuer(tmp_path, ISSUER)
    local.ensure_key()
    issuer = Issuer(Verifier(ISSUER, str(local.jwks_path), "pdp"))
    for name, value in {"PDP_LANG": "en", "TOKEN": local.issue("operator-1", ["operator"]), TARGET: ""}.items():
        monkeypatch.setenv(name, value)
    async with AsyncExitStack() as open_:
        stages = {}
        for name in ("diagnosis", "development"):
            built, _ = importlib.import_module(f"services.{name}.app").build()
            stages[name] = await open_.enter_async_context(StageUnderTest(built, await migrated(name)))
        await stages["diagnosis"].consume(aligned())
        firm = await developing.ready(stages["development"], 1, 9_000, "T04")
        cohort = await developing.open_cohort(stages["development"])
        await developing.post(stages["development"], f"/cohorts/{cohort}/selection")
        services = {name: await open_.enter_async_context(served(stage, issuer)) for name, stage in stages.items()}
        file = tmp_path / "target.json"
        file.write_text(json.dumps({"kind": "cluster", "services": services, "token": {"env": "TOKEN"}}))
        with capture_logs():  # what `pdp` says here is all that is said
            yield Installation(str(file), str(SUPPLIER), str(firm))


async def test_people_are_assigned_listed_and_ended(installation: Installation) -> None:
    diagnosed, planned = installation.diagnosed, installation.planned
    assert await installation.listed() == {diagnosed: [None] * 3, planned: [None] * 3}
    told = await installation.pdp("assign", diagnosed, "--assessor", "assessor-7", "--validator", "expert-7")
    assert (told.code, told.out) == (0, f"Assessor of {diagnosed}: assessor-7.\nValidator of {diagnosed}: expert-7.\n")
    assert (await installation.pdp("assign", planned, "--mentor", "mentor-7")).code == 0
    # Who is not named stays.
    assert (await installation.pdp("assign", diagnosed, "--assessor", "assessor-8")).code == 0
    assert await installation.listed() == {
        diagnosed: ["assessor-8", "expert-7", None],
        planned: [None, None, "mentor-7"],
    }
    assert await installation.listed(planned) == {planned: [None, None, "mentor-7"]}
    assert await installation.listed("--person", "expert-7") == {diagnosed: ["assessor-8", "expert-7", None]}
    assert "mentor-7" in (await installation.pdp("list")).out
    told = await installation.pdp("end", diagnosed, "--validator")
    assert (told.code, told.out) == (0, f"Validator of {diagnosed}: nobody any more.\n")
    assert await installation.listed(diagnosed) == {diagnosed: ["assessor-8", None, None]}
    assert (await installation.pdp("list", "--person", "expert-7")).out == "No firm has such an assignment.\n"


async def test_what_a_service_refuses_is_its_own_sentence(installation: Installation) -> None:
    diagnosed = installation.diagnosed
    own = await installation.pdp("assign", diagnosed, "--assessor", "operator-1")
    assert (own.code, own.out, bool(own.err)) == (1, "", True)
    no_plan = await installation.pdp("assign", diagnosed, "--mentor", "mentor-7")
    assert (no_plan.code, no_plan.out, bool(no_plan.err)) == (1, "", True)
    nobody = await installation.pdp("end", diagnosed)
    assert (nobody.code, nobody.err) == (2, "Say whom: --assessor, --validator or --mentor.\n")
    assert await installation.listed(diagnosed) == {diagnosed: [None] * 3}
