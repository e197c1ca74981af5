"""Forms of a page as a browser reads them, and what of them came to a stage."""

import json
from html.parser import HTMLParser
from typing import Any

from tests.portal.conftest import OtherStages


class _Forms(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self._action = action

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("method") == "post" and given.get("action") == self._action
            if self._inside:
                self.found.append({})
        elif tag == "input" and self.found and self._inside and given.get("type") == "hidden":
            self.found[-1] |= {} if given["name"] == "token" else {given["name"] or "": given["value"] or ""}


def forms(page: str, action: str) -> list[dict[str, str]]:
    """Hidden fields of each form that goes to an address, but for the token, which each post makes anew."""
    parser = _Forms(action)
    parser.feed(page)
    return parser.found


def last_sent(others: OtherStages) -> tuple[str, str, Any, str | None]:
    """Method, path, body and version of what the stages were asked to do last."""
    request = [each for each in others.asked if each.method != "GET"][-1]
    body = json.loads(request.content) if request.content else None
    return request.method, request.url.path, body, request.headers.get("If-Match")


def refuse(others: OtherStages, stage: str, path: str, status: int, **errors: str) -> None:
    """Have a stage refuse what is sent there: 412 as somebody else changed it, else for these fields."""
    told = [{"field": f"body.{name}", "problem": problem} for name, problem in errors.items()]
    others.answer(stage, path, {"title": "refused", "detail": "No se acepta así.", "errors": told}, status)
