"""What is shown, under its version: whoever has seen that version already is told so, and nothing more."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Self, TypeVar

from fastapi import Depends, Header, Response
from pydantic import BaseModel, PlainSerializer, SerializationInfo
from pydantic_core import to_jsonable_python

from shared.i18n.speaking import spoken

Shown = BaseModel | dict[str, Any]

V = TypeVar("V", bound=Shown)


@dataclass(slots=True)
class _OfVersion:
    """The context in which a view is written for its version."""

    worded: bool = False
    """Whether words were left out."""


def _said(words: str, info: SerializationInfo) -> str:
    if not isinstance(info.context, _OfVersion):
        return words
    info.context.worded = True
    return ""


Worded = Annotated[str, PlainSerializer(_said)]
"""Words in the caller's language, of what other fields say in codes: no part of the version, by which changes are
compared; the tag of an answer that has some says in which language it is.
"""

_IN_LANGUAGE = re.compile(r'\.[a-z]{2}"$')

IfNoneMatch = Annotated[
    str | None,
    Header(max_length=1100, description="The `ETag` under which you saw it: of the same version you get 304 alone."),
]


def etag(view: Shown) -> str:
    """The version of what is shown: the same for equal content, whatever the order of its keys and the language."""
    return _version(view, _OfVersion())


def version_of(tag: str) -> str:
    """The version that a tag names, in whichever language it was shown."""
    return _IN_LANGUAGE.sub('"', tag)


def _version(view: Shown, context: _OfVersion) -> str:
    text = json.dumps(to_jsonable_python(view, context=context), sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _tag(view: Shown) -> str:
    """The version, with the language where there are words: in another one it is told otherwise (RFC 9110, 8.8.3)."""
    context = _OfVersion()
    version = _version(view, context)
    return f'{version[:-1]}.{spoken()}"' if context.worded else version


@dataclass(frozen=True, slots=True)
class Document:
    """What stays as it is for as long as the process runs: written, and its version made, once."""

    text: bytes
    version: str

    @classmethod
    def of(cls, view: dict[str, Any]) -> Self:
        return cls(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode(), etag(view))


class NotModified(Exception):  # noqa: N818 - the phrase of its status
    """The caller has seen this version."""

    def __init__(self, version: str) -> None:
        super().__init__(version)
        self.version = version

    def response(self) -> Response:
        return Response(status_code=304, headers={"ETag": self.version})


@dataclass(slots=True)
class Showing:
    """One answer."""

    response: Response
    seen: str | None = field(default=None, kw_only=True)
    """The versions that the caller has seen."""

    def shown(self, view: V) -> V:
        """Name the version of what the answer shows, as its `ETag`. Raises `NotModified` where the caller has it."""
        self._name(_tag(view))
        return view

    def shown_whole(self, document: Document) -> Response:
        """The same of a document."""
        self._name(document.version)
        return Response(document.text, media_type="application/json", headers={"ETag": document.version})

    def _name(self, version: str) -> None:
        if self.seen is not None and _names(self.seen, version):
            raise NotModified(version)
        self.response.headers["ETag"] = version


def _names(seen: str, version: str) -> bool:
    # Weak comparison, unlike that of a change: RFC 9110, 13.1.2.
    return seen == "*" or version in {tag.strip().removeprefix("W/") for tag in seen.split(",")}


class _Shows:
    """The dependency of a route that shows one aggregate or one document."""

    tagged = True
    answers_304 = True

    async def __call__(self, response: Response, if_none_match: IfNoneMatch = None) -> Showing:
        return Showing(response, seen=if_none_match)


class _Lists:
    """The dependency of a list by which something is decided."""

    tagged = True

    async def __call__(self, response: Response) -> Showing:
        return Showing(response)


Listed = Annotated[Showing, Depends(_Lists())]
"""Of a list: `listed.shown(view)` names the version of what the list is made of, for whoever decides by it. Never 304:
names and moments in it are no part of that version.
"""
Show = Annotated[Showing, Depends(_Shows())]
"""Of a GET: `return show.shown(SupplierView.of(supplier))`."""
