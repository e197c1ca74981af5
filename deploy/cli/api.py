"""Calls of the services' HTTP APIs, as an operator; a refusal comes out as its own sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO, TypedDict, TypeVar, Unpack

import httpx
import typer

from deploy.cli.console import Refusal, err
from deploy.cli.problems import worded
from deploy.cli.texts import language, say
from deploy.target.client import READ_TIMEOUT, WORK_TIMEOUT, Client

T = TypeVar("T")

MOST = 200
"""Rows of a page."""
PAGES = 200
"""Of a list, under one token: some seconds."""


class Sent(TypedDict, total=False):
    """What a call carries, in httpx's words."""

    params: dict[str, Any]
    json: Any
    headers: dict[str, str]


class Away(Refusal):
    """The service does not answer."""


class NotReady(Refusal):
    """The service, or a proxy before it, says that it cannot answer now."""


class NotThere(Refusal):
    """The service does not have what is asked for."""


@dataclass
class Round:
    """Questions to several services at once. One that is away or refuses is named, and the others' answers count."""

    incomplete: bool = False

    def ask(self, services: Iterable[str], question: Callable[[str], T]) -> list[tuple[str, T]]:
        """The answer of each service that gives one. Raises ``Refusal`` when those that are there all refuse."""
        asked = [*services]
        with ThreadPoolExecutor(max(len(asked), 1)) as pool:
            asking = [(service, pool.submit(question, service)) for service in asked]
        answers, refusals = [], []
        for service, answer in asking:
            try:
                answers.append((service, answer.result()))
            except Refusal as refusal:
                refusals.append(refusal)
        if refusals and not answers and not any(isinstance(each, Away) for each in refusals):
            raise refusals[0]
        for refused in refusals:
            err().print(str(refused), markup=False)
            self.incomplete = True
        return answers

    def end(self) -> None:
        """Ends the command with 1 when a service did not answer."""
        if self.incomplete:
            raise typer.Exit(1)


def request(
    client: Client,
    service: str,
    method: str,
    path: str,
    timeout: float = READ_TIMEOUT,
    **options: Unpack[Sent],
) -> Any:  # noqa: ANN401  (JSON)
    """The JSON of the answer; None when there is none. Raises ``Refusal`` with the service's sentence."""
    answer = _answer(client, service, method, path, timeout, **options)
    return answer.json() if answer.content else None


def download(client: Client, service: str, path: str, file: BinaryIO) -> None:
    """What stands at a path, written as it comes. Raises ``Refusal`` as `request`."""
    with client.http(service, timeout=WORK_TIMEOUT) as http:
        try:
            with http.stream("GET", path, headers={"Accept-Language": language()}) as answer:
                if answer.is_success:
                    file.writelines(answer.iter_bytes())
                    return
                answer.read()
        except httpx.HTTPError as error:
            raise Away(say("error.http", service=service)) from error
    raise _refusal(service, answer)


def versioned(client: Client, service: str, path: str) -> tuple[Any, str]:
    """What stands at a path, and the version under which it may be changed. Raises ``Refusal`` as `request`."""
    answer = _answer(client, service, "GET", path, READ_TIMEOUT)
    return answer.json(), answer.headers["ETag"]


def items(
    client: Client,
    service: str,
    path: str,
    method: str = "GET",
    **options: Unpack[Sent],
) -> Iterator[dict[str, Any]]:
    """What a list has, however long it is, page by page. Raises ``Refusal`` as `request`."""
    params = {"limit": MOST, **options.get("params", {})}
    sent: Sent = {**options, "params": params}
    while True:
        # A connection, and a token that may come from a program, for many pages; and then a new one, as tokens end.
        with client.http(service, timeout=READ_TIMEOUT) as http:
            for _ in range(PAGES):
                page = _asked(http, service, method, path, **sent).json()
                yield from page["items"]
                if page["next"] is None:
                    return
                params["after"] = page["next"]


def _answer(
    client: Client,
    service: str,
    method: str,
    path: str,
    timeout: float,
    **options: Unpack[Sent],
) -> httpx.Response:
    with client.http(service, timeout=timeout) as http:
        return _asked(http, service, method, path, **options)


def _asked(
    http: httpx.Client,
    service: str,
    method: str,
    path: str,
    **options: Unpack[Sent],
) -> httpx.Response:
    try:
        sent: Sent = {**options, "headers": {"Accept-Language": language(), **options.get("headers", {})}}
        answer = http.request(method, path, **sent)
    except httpx.HTTPError as error:
        raise Away(say("error.http", service=service)) from error
    if answer.is_success:
        return answer
    raise _refusal(service, answer)


def _refusal(service: str, answer: httpx.Response) -> Refusal:
    sentence = worded(service, answer) or say("error.http", service=service)
    return REFUSALS.get(answer.status_code, Refusal)(sentence)


REFUSALS: dict[int, type[Refusal]] = {HTTPStatus.NOT_FOUND: NotThere} | dict.fromkeys(
    (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT), NotReady
)
