"""What Kafka removed before a service consumed it, published again by whoever wrote it: looked at, then done."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fastapi import APIRouter, HTTPException, Response

from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.forms import Trouble, trouble
from services.portal.api.machines import Operator
from services.portal.stages import SERVICES, StageProblem

MOST_CALLS = 50
"""Of one gap: each looks at as much of a journal as lets live events through."""
MOST_GAPS = 20
"""At once: a page waits for all of them."""


class Gap(NamedTuple):
    """One gap, and what its writer would publish again, or did."""

    id: str
    topic: str
    partition: int
    events: int = 0
    superseded: int = 0
    withheld: int = 0
    more: bool = False
    """The journal has more than one page asks for: the command goes on."""
    refused: Trouble | None = None


def router() -> APIRouter:
    pages = APIRouter(prefix="/operations/gaps/{service}/resending")

    @pages.post("")
    async def resend(asked: Anybody, _: Operator, service: str, form: Form) -> Response:
        """Show what would be published again of the gaps that were chosen; and once that is confirmed, have it done."""
        if service not in SERVICES:
            raise HTTPException(404)
        chosen, sure = {str(id_) for id_ in form.getlist("ids")}, form.get("sure") == "yes"
        listed = (await asked.ask(service, "/record-gaps", limit=200)).body["items"]
        wanted = [each for each in listed if str(each["id"]) in chosen and each["command"]][:MOST_GAPS]
        gaps = [await _resent(asked, each, dry_run=not sure) for each in wanted]
        return asked.page("resending.html", service=service, gaps=gaps, sure=sure)

    return pages


async def _resent(asked: Asking, gap: dict[str, Any], *, dry_run: bool) -> Gap:
    """As the gap's command does it."""
    found = Gap(str(gap["id"]), gap["topic"], gap["partition"])
    # What was missed was written before it was missed; a whole second, as the command names it.
    until = datetime.fromisoformat(gap["seen_at"]).replace(microsecond=0) + timedelta(seconds=1)
    wanted = {
        "topic": gap["topic"],
        "partition": gap["partition"],
        "until": until.isoformat(),
        "reason": f"gap {gap['id']} of {gap['consumer_group']}",
        "dry_run": dry_run,
    }
    for _ in range(MOST_CALLS):
        try:
            done = (await asked.send(gap["topic"].partition(".")[0], "POST", "/journal/resend", wanted)).body
        except StageProblem as error:
            return found._replace(refused=trouble(error, asked.words))
        counts = {name: getattr(found, name) + done[name] for name in ("events", "superseded", "withheld")}
        found = found._replace(**counts)
        if done["next"] is None:
            return found
        wanted |= {"after": done["next"], "since": done["since"], "until": done["until"]}
    return found._replace(more=True)
