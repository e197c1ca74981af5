"""Problem details (RFC 9457): the one form of every error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.i18n import worded

NAMED = 100
"""Faults of one request that are told; of the others how many there are."""

MEDIA_TYPE = "application/problem+json"


BODY, QUERY = "body", "query"
PARTS = (BODY, QUERY, "path", "header")
"""Of a request. The place of every fault begins with one: `body.contact.email`."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with a field, to be worded."""

    at: str
    """Its place in the request."""
    code: str
    message: str
    params: Mapping[str, Any]


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """An error as its caller sees it."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        message: str | None = None,
        at: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
        others: Sequence[FieldFault] = (),
        untold: int = 0,
        **params: object,
    ) -> None:
        """The catalogues word the code with these parameters, or the `message` where the code has several sentences.

        `at` is the place in the request that it is about, and `others` are wrong too, beside `untold` ones that are
        only counted; `more` are further members of the answer.
        """
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers
        self.message = message or code
        self._at = at
        self._more = dict(more or {})
        self._others = others
        self._untold = untold
        self.params = params

    def response(self) -> JSONResponse:
        """In the language of who asked."""
        sentence = worded(self.message, **self.params)
        body: dict[str, object] = {
            "type": f"urn:pdp:problem:{self.code}",
            "title": self.code,
            "status": self.status,
            "detail": f"{self._at}: {sentence}" if self._at else sentence,
        }
        at = [FieldFault(self._at, self.code, self.message, self.params)] if self._at else []
        if faults := [*at, *self._others]:
            if untold := self._untold + max(0, len(faults) - NAMED):
                faults = [*faults[:NAMED], FieldFault(BODY, "field.others", "field.others", {"count": untold})]
            body["errors"] = [_told(each) for each in faults]
        headers = dict(self.headers or {})
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(body | self._more, status_code=self.status, media_type=MEDIA_TYPE, headers=headers)


def in_body(field: str) -> str:
    """The place of a field as rules name it, which know no request; the whole body where they name none."""
    return f"{BODY}.{field}" if field else BODY


def _told(fault: FieldFault) -> dict[str, object]:
    return {"field": fault.at, "problem": worded(fault.message, **fault.params), "reason": fault.code}


class FieldProblem(BaseModel):
    """A field of the request that is not valid, without its value: the caller has it."""

    field: str = Field(max_length=1000)
    """Its place: the part of the request, and its path in it, as `body.contact.email`."""
    problem: str = Field(max_length=1000)
    """What is wrong with it, and so what would be right."""
    reason: str | None = Field(default=None, max_length=200)
    """The same as a code, for a program."""


class ProblemView(BaseModel):
    """Why the request was not done."""

    model_config = ConfigDict(title="Problem", extra="allow")

    type: str = Field(max_length=200, pattern="^urn:pdp:problem:")
    title: str = Field(max_length=200)
    """The code: what a program looks at."""
    status: int = Field(ge=400, le=599)
    detail: str = Field(max_length=2000)
    """One sentence that the caller can act on."""
    errors: list[FieldProblem] | None = Field(default=None, max_length=1000)


SCHEMA: dict[str, Any] = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
"""With `FieldProblem` in its `$defs`."""
