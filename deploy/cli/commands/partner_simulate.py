"""`pdp partner simulate`: answer like an institution, by a policy in a file."""

from __future__ import annotations

import json
import time
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from deploy.cli.commands.explain import read_object
from deploy.cli.commands.partner_side import Code, DecryptWith, Secret, side_of, tell_closed
from deploy.cli.console import Refusal
from deploy.cli.texts import say
from deploy.provision.partner_policy import Policy, answers
from shared.i18n.fields import fault
from shared.runtime.clock import now

PAUSE = 1.0


def simulate(
    code: Code,
    policy: Annotated[str, typer.Option("--policy", metavar="FILE|-", help=say("help.partner.policy"))],
    seconds: Annotated[float, typer.Option(min=0, help=say("help.partner.seconds"))] = 0,
    *,
    secret: Secret = None,
    decrypt_with: DecryptWith = None,
) -> None:
    """What its topic holds, and for so many seconds what comes; each referral once in a run."""
    rules, side = _policy(policy), side_of(code, secret, decrypt_with)
    deadline, done, closed = time.monotonic() + seconds, set[UUID](), dict[str, int]()
    while True:
        known = side.referrals()
        if side.closed != closed:
            tell_closed(side)
            closed = side.closed
        for id_, (referral, cause) in known.items():
            if id_ not in done:
                done.add(id_)
                for answer in answers(rules, referral, now()):
                    side.answer(answer, cause)
                    typer.echo(f"{id_}  {answer.TYPE}")
        if time.monotonic() >= deadline:
            return
        time.sleep(PAUSE)


def _policy(file: str) -> Policy:
    try:
        return Policy.model_validate_json(json.dumps(read_object(file)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = fault(first)
        where = ".".join(map(str, first["loc"]))
        raise Refusal(f"{where}: {say(problem['code'], **problem['params'])}", 2) from error
