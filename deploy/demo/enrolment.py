"""First act: the operator loads lists and files, anchors join and ask, firms register, held ones are released."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from deploy.demo.calls import FIRST_PAUSE, StoryError, once
from deploy.demo.stage import Stage, together
from deploy.demo.texts import tell
from services.registration.domain.profile import Profile
from services.registration.files import suppliers as supplier_file
from shared.files.sheet import rows

KEY = "alta-individual-{rfc}-{seed}"
"""The Idempotency-Key that a firm's own system would make up once per registration."""

_PROFILE = TypeAdapter(Profile)


@dataclass(frozen=True)
class Refused:
    """A row of the file that could not register."""

    line: int
    column: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Enrolled:
    """Who takes part now."""

    suppliers: Mapping[str, UUID]
    """By RFC."""
    refused: tuple[Refused, ...]
    released: Mapping[str, tuple[str, ...]]
    """Why the firms of these RFCs were held until the operator released them."""
    repeated: str
    """What was said to those who registered firms once more: a status, or the code of a problem."""


async def enrol(stage: Stage) -> Enrolled:
    """Bring everybody into the program."""
    await asyncio.gather(_screening(stage), _demand(stage))
    answer = await _import(stage, "registration", "/suppliers/imports", "suppliers.csv")
    refused = tuple(Refused(**row) for row in answer["refused_rows"])
    singles = await together(_register_alone(stage, file) for file in stage.sample.one_by_one)
    released = await _release_held(stage)
    suppliers = {row["rfc"]: UUID(row["id"]) for row in await _suppliers(stage)}
    stage.note(tell("note.registered", registered=len(suppliers), refused=len(refused), held=len(released)))
    return Enrolled(suppliers, refused, released, repeated=", ".join(sorted(set(singles))))


async def _screening(stage: Stage) -> None:
    fields = {"list_date": stage.sample.today.isoformat()}
    answer = await _import(stage, "registration", "/screening/lists/imports", "screening_69b.csv", fields)
    stage.note(tell("note.screening", firms=answer["outcomes"]["listed"]))


async def _demand(stage: Stage) -> None:
    """Anchors first: matching takes no requirement of an anchor that it has not heard of."""
    answer = await _import(stage, "registration", "/anchors/imports", "anchors.csv")
    pause = FIRST_PAUSE
    while True:
        known = await stage.api.items(stage.people.operator, "matching", "/anchors")
        if sum(anchor["takes_part"] for anchor in known) >= answer["accepted"]:
            break
        await asyncio.sleep(pause)
    stage.note(tell("note.anchors", anchors=len(known)))
    found = await _import(stage, "matching", "/requirements/imports", "requirements.csv")
    stage.note(tell("note.requirements", requirements=found["accepted"]))


async def _import(
    stage: Stage, service: str, path: str, name: str, fields: Mapping[str, str] | None = None
) -> dict[str, Any]:
    files = {"file": stage.sample.file(name)}
    answer: dict[str, Any] = await stage.api.do(
        stage.people.operator, service, "POST", path, files=files, data=dict(fields or {}), headers=once()
    )
    while answer["ended_at"] is None:
        await asyncio.sleep(FIRST_PAUSE)
        answer = await stage.api.do(stage.people.operator, service, "GET", f"{path}/{answer['id']}")
    if answer["state"] != "done":
        raise StoryError(answer["detail"])
    return answer


async def _register_alone(stage: Stage, file: bytes) -> str:
    """One firm by itself: twice under one key it is one registration, which its contact confirms by the code in its
    mail. What is said to whoever registers it once more: nothing that tells that it takes part.
    """
    (row,) = rows(BytesIO(file), supplier_file.wanted(max_rows=1))
    firm = supplier_file.read(row, stage.sample.today)
    if isinstance(firm, list):
        raise StoryError(firm[0].detail)
    body = _PROFILE.dump_python(firm, mode="json")
    headers = {"Idempotency-Key": KEY.format(rfc=body["rfc"], seed=stage.sample.seed)}
    nobody = stage.people.operator
    first = await stage.api.do(nobody, "registration", "POST", "/suppliers", json=body, headers=headers)
    again = await stage.api.do(nobody, "registration", "POST", "/suppliers", json=body, headers=headers)
    if first["id"] != again["id"]:
        raise StoryError(tell("error.key"))
    code = await asyncio.to_thread(stage.client.mailed_code, first["id"])
    if code is None:
        # Mail goes to people here. An operator who brings the file vouches for the contact.
        files = {"file": ("alta.csv", file)}
        await stage.api.do(nobody, "registration", "POST", "/suppliers/imports", files=files, headers=once())
    else:
        path = f"/suppliers/{first['id']}/confirmation"
        await stage.api.do(nobody, "registration", "POST", path, json={"code": code})
    once_more = await stage.api.ask(nobody, "registration", "POST", "/suppliers", json=body)
    return once_more.code or str(once_more.status)


async def _release_held(stage: Stage) -> dict[str, tuple[str, ...]]:
    """Another operator than the one who brought the file."""
    held = {row["rfc"]: row for row in await _suppliers(stage, status="held")}
    await together(
        stage.api.do(
            stage.people.reviewer,
            "registration",
            "POST",
            f"/suppliers/{row['id']}/release",
            json={"reasons": row["holds"]},
        )
        for row in held.values()
    )
    return {rfc: tuple(row["holds"]) for rfc, row in held.items()}


async def _suppliers(stage: Stage, **wanted: str) -> list[dict[str, Any]]:
    """Every supplier of the operators' list."""
    return await stage.api.items(stage.people.operator, "registration", "/suppliers", **wanted)
