"""Calls of the services' HTTP APIs, as an operator; a refusal comes out as its own sentence."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.cli.client import Client
from deploy.cli.console import Refusal
from deploy.cli.texts import say


def request(client: Client, service: str, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  (httpx's own, and JSON)
    """The JSON of the answer; None when there is none. Raises ``Refusal`` with the service's sentence."""
    try:
        with client.http(service) as http:
            answer = http.request(method, path, **options)
    except httpx.HTTPError as error:
        raise Refusal(say("error.http", service=service)) from error
    if answer.is_success:
        return answer.json() if answer.content else None
    raise Refusal(_sentence(answer) or say("error.http", service=service))


def _sentence(answer: httpx.Response) -> str | None:
    """The `detail` of an RFC 9457 problem."""
    try:
        problem = answer.json()
    except ValueError:
        return None
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return str(detail) if detail else None
