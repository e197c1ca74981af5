"""Changes over HTTP: where they come from, the version that their caller saw, and the key under which they may be sent
again. A route names which of these it takes: `Change`, `Replace` or `Create`.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from shared.contracts.event import Cause
from shared.messaging.commands import About, Commands, Decide
from shared.messaging.decision import Decision, Refused
from shared.messaging.idempotency import Again, Once
from shared.messaging.repository import Repository
from shared.messaging.routing import Reference, none
from shared.service.http.problem import FieldFault, Problem, in_body
from shared.service.http.showing import Showing, etag, version_of

S = TypeVar("S")
V = TypeVar("V", bound=BaseModel)

STATUS = {"invalid": 422, "not_found": 404, "conflict": 409, "forbidden": 403}

SHORTEST_KEY = 16
"""Shorter ones are chosen by two senders; a route that is open to all knows no other name of them."""

IfMatch = Annotated[
    str | None,
    Header(
        max_length=1100,
        description="The `ETag` under which you saw it, or `*`: with another version nothing is changed.",
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=100,
        description=f"A text that you will not use twice, as a UUID, of {SHORTEST_KEY} characters at least. The same"
        " request under the same key is done once; for seven days the answer says what came of it, as that is now.",
        json_schema_extra={"minLength": SHORTEST_KEY},
    ),
]


def long_enough(key: str | None) -> str | None:
    """The key, unless two may choose it."""
    if key is not None and len(key) < SHORTEST_KEY:
        raise Problem(422, "idempotency_key_short", least=SHORTEST_KEY)
    return key


def accepted(outcome: S | Refused) -> S:
    """The state that a command gave, or the problem of its refusal."""
    if isinstance(outcome, Refused):
        others = [
            FieldFault(in_body(each.at), each.code, each.message or each.code, each.params) for each in outcome.others
        ]
        status = STATUS[outcome.kind]
        at = in_body(outcome.at) if outcome.at else ""
        raise Problem(status, outcome.code, message=outcome.message, at=at, others=others, **outcome.params)
    return outcome


@dataclass(frozen=True, slots=True)
class _Stale(Refused):
    """The aggregate is another one than its caller saw."""

    present: str


@dataclass(frozen=True, slots=True)
class Part(Generic[S, V]):
    """The view of what a command makes within its aggregate, which is told from the others by its id."""

    of: Callable[[S, UUID], V]
    newest: Callable[[S], UUID]
    """What was just made."""

    def __call__(self, state: S) -> V:
        return self.of(state, self.newest(state))


@dataclass(slots=True)
class Changing(Showing):
    """One change that a caller asks for."""

    request: Request
    if_match: str | None = None
    key: str | None = None
    digest: bytes = b""
    """Of the body that came under the key."""

    @property
    def cause(self) -> Cause:
        """Of what it decides. Who calls is in it once the route's guard was asked."""
        return _cause(self.request)

    async def run(
        self,
        commands: Commands,
        repository: Repository[S],
        id_: UUID,
        decide: Decide[S, Any],
        view: Callable[[S], V],
        reference: Reference[Any] | About[Any] = none,
    ) -> V:
        """Decide one aggregate and show it, by `view`, which is also what the caller saw before; or a `Part` of it."""
        if self.key is not None:
            once: Once[S] = Once(*self.identity, view.newest if isinstance(view, Part) else None)
            decided = await commands.run_once(repository, id_, decide, self.cause, reference, once)
            return self.shown(_shown_again(decided, view))
        outcome = await commands.run(repository, id_, self._guarded(decide, view), self.cause, reference)
        if isinstance(outcome, _Stale):
            raise _stale(outcome.present)
        return self.shown(view(accepted(outcome)))

    def check(self, view: BaseModel, message: str | None = None) -> None:
        """Refuse when the caller saw another version. For what is decided by `commands.run_unit`, under its lock.
        `message`: the words, where those of any version would not say what moved.
        """
        if not self._matches(etag(view)):
            raise _stale(etag(view), message)

    def _guarded(self, decide: Decide[S, Any], view: Callable[[S], V]) -> Decide[S, Any]:
        if self.if_match is None:
            return decide

        def guarded(state: S | None, known: object) -> Decision[S] | Refused:
            # Of what is not there the decision says so, which tells more than that it has no version.
            present = None if state is None else etag(view(state))
            if present is not None and not self._matches(present):
                return _Stale("conflict", "version_differs", present)
            return decide(state, known)

        return guarded

    def _matches(self, present: str) -> bool:
        # A weak tag never matches: RFC 9110, 13.1.1.
        seen = re.split(" *, *", self.if_match or "")
        return self.if_match in (None, "*") or present in map(version_of, seen)

    @property
    def identity(self) -> tuple[bytes, bytes]:
        """Digests of the key and of whose it is, and of what was asked under it."""
        return (
            hashlib.sha256(f"{self._scope}\n{self.key}".encode()).digest(),
            # With the key, which is kept nowhere: nobody can find out by trying what the request was.
            hashlib.sha256(f"{self.key}\n".encode() + self.digest).digest(),
        )

    @property
    def _scope(self) -> str:
        return f"{self.request.method} {self.request.url.path} {getattr(self.request.state, 'subject', '')}"


def _shown_again(outcome: S | Refused | Again[S], view: Callable[[S], V]) -> V:
    """What was decided, now or before, as it is now."""
    if isinstance(outcome, Again):
        return view.of(outcome.state, outcome.made) if isinstance(view, Part) else view(outcome.state)
    return view(accepted(outcome))


def _cause(request: Request) -> Cause:
    cause: Cause = request.state.cause
    trail = getattr(request.app.state, "trail", None)
    return cause if trail is None else cause._replace(action=trail.change(request.scope["route"].name))


async def _acting(request: Request) -> Cause:
    return _cause(request)


def _stale(present: str, message: str | None = None) -> Problem:
    return Problem(412, "version_differs", message=message, headers={"ETag": present}, more={"version": present})


class _Changes:
    """The dependency of a route that changes what is there."""

    problems: tuple[int, ...] = (409, 412)
    tagged = True

    async def __call__(self, request: Request, response: Response, if_match: IfMatch = None) -> Changing:
        return Changing(response, request, if_match)


class _Replaces(_Changes):
    """The same where a caller who has not seen the present version would undo what another one did."""

    problems = (409, 412, 428)
    requires = "if-match"

    async def __call__(self, request: Request, response: Response, if_match: IfMatch = None) -> Changing:
        if if_match is None:
            raise Problem(428, "if_match_missing")
        return Changing(response, request, if_match)


class Creates:
    """The dependency of a route that makes something new. What it is made for may be unknown."""

    problems: tuple[int, ...] = (404, 409)
    tagged = True

    async def __call__(self, request: Request, response: Response, idempotency_key: IdempotencyKey = None) -> Changing:
        key = long_enough(idempotency_key)
        body = b"" if key is None else _canonical(await request.body())
        return Changing(response, request, key=key, digest=body)


def _canonical(body: bytes) -> bytes:
    """The same for equal bodies, whatever the order of their keys."""
    return json.dumps(json.loads(body), sort_keys=True).encode() if body else b""


Acting = Annotated[Cause, Depends(_acting)]
"""Who acts and by what, of a route that changes no aggregate. It comes after the caller, who is in it."""
Change = Annotated[Changing, Depends(_Changes())]
"""Honours `If-Match`."""
Replace = Annotated[Changing, Depends(_Replaces())]
"""Requires `If-Match`: of a PUT, and wherever two people may work on one thing."""
Create = Annotated[Changing, Depends(Creates())]
"""Honours `Idempotency-Key`."""
