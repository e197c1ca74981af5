"""`pdp import`: files of rows go to the service whose they are; the rows that it refuses are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from uuid import UUID, uuid4

import httpx
import typer
from rich.status import Status

from deploy.cli.api import Away, NotReady, download, request
from deploy.cli.choices import one_of
from deploy.cli.console import AsJson, Refusal, err, out, show_json, step, table
from deploy.cli.installation import installation
from deploy.cli.new_file import new_file
from deploy.cli.texts import say
from deploy.cli.usage import App
from deploy.target.client import WORK_TIMEOUT, Client

app = App(say("help.import"))

File = Annotated[Path, typer.Argument(metavar="FILE", help=say("help.import.file"))]
Refused = Annotated[Path | None, typer.Option(metavar="FILE", help=say("help.import.refused"))]
OUTCOMES = ("added", "joined", "published", "changed", "unchanged", "registered", "held", "listed", "left_out")
"""What may become of a row that is accepted, in the order in which it is shown."""
FIRST_WAIT_S, BETWEEN_S = 2, 1.0
"""What a small file takes; then between two looks at a large one."""
AWAY_S = 60.0
"""A process that crashed is back by then, and one that is restarted has migrated."""

KINDS = {
    "anchors": ("registration", "/anchors/imports"),
    "suppliers": ("registration", "/suppliers/imports"),
    "requirements": ("matching", "/requirements/imports"),
    "screening": ("registration", "/screening/lists/imports"),
    "prospects": ("registration", "/prospects/imports"),
}
"""Whose each kind of file is, and where its imports are."""


@app.command(help=say("help.import.anchors"))
def anchors(file: File, refused: Refused = None, *, as_json: AsJson = False) -> None:
    _import("anchors", file, refused, as_json=as_json)


@app.command(help=say("help.import.suppliers"))
def suppliers(file: File, refused: Refused = None, *, as_json: AsJson = False) -> None:
    _import("suppliers", file, refused, as_json=as_json)


@app.command(help=say("help.import.requirements"))
def requirements(file: File, refused: Refused = None, *, as_json: AsJson = False) -> None:
    _import("requirements", file, refused, as_json=as_json)


@app.command(help=say("help.import.screening"))
def screening(
    file: File,
    list_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=say("help.list_date"))] = None,
    confirmed_firms: Annotated[int | None, typer.Option(min=0, help=say("help.confirmed_firms"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    given = {"list_date": list_date.date().isoformat()} if list_date else {}
    if confirmed_firms is not None:
        given["confirmed_firms"] = str(confirmed_firms)
    _import("screening", file, None, as_json=as_json, **given)


@app.command(help=say("help.import.prospects"))
def prospects(
    file: File,
    edition: Annotated[str | None, typer.Option(metavar="YYYY-MM", help=say("help.edition"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    _import("prospects", file, None, as_json=as_json, **({"edition": edition} if edition else {}))


@app.command(help=say("help.import.follow"))
def follow(
    kind: Annotated[str, typer.Argument(metavar="|".join(KINDS), help=say("help.import.kind"))],
    id_: Annotated[UUID, typer.Argument(metavar="ID", help=say("help.import.id"))],
    refused: Refused = None,
    *,
    as_json: AsJson = False,
) -> None:
    one_of("KIND", kind, KINDS)
    client = installation()
    with _given_back(refused) as there:
        with step(say("import.reading")) as shown:
            answer = Asking(client, kind, shown).followed(id_)
        _tell(client, kind, answer, there, as_json=as_json)
    _end(answer)


def _import(kind: str, file: Path, refused: Path | None, *, as_json: bool, **fields: str) -> None:
    if refused is not None and refused.suffix.lower() != file.suffix.lower():
        raise Refusal(say("error.refused_suffix", file=refused, suffix=file.suffix), 2)
    client = installation()
    # Before anything is sent: a file that cannot be written is no reason to find out afterwards.
    with _given_back(refused) as there:
        with _of_a_file(file), step(say("import.sending", file=file)) as shown:
            answer = Asking(client, kind, shown).sent(file, fields)
        _tell(client, kind, answer, there, as_json=as_json)
    _end(answer)


@dataclass(frozen=True, slots=True)
class Given:
    """Where refused rows are to be written."""

    file: Path
    content: BinaryIO


@contextmanager
def _of_a_file(file: Path) -> Iterator[None]:
    """What the system says of a file, as a refusal."""
    try:
        yield
    except FileNotFoundError as error:
        raise Refusal(say("error.no_file", file=file), 2) from error
    except OSError as error:
        raise Refusal(say("error.file", file=file, detail=error.strerror), 2) from error


@dataclass
class Asking:
    """One import, asked for until it has ended; the service may be away meanwhile, as it goes on when it is back."""

    client: Client
    kind: str
    shown: Status

    def sent(self, file: Path, fields: dict[str, str]) -> dict[str, Any]:
        """What became of the file. Under its key it is one import, however often it has to be sent."""
        headers = {"Prefer": f"wait={FIRST_WAIT_S}", "Idempotency-Key": str(uuid4())}
        with file.open("rb") as content:

            def send() -> dict[str, Any]:
                content.seek(0)
                files = {"file": (file.name, content)}
                return self._request("POST", "", WORK_TIMEOUT, files=files, data=fields, headers=headers)

            try:
                answer = send()
            except (Away, NotReady) as away:
                if isinstance(away.__cause__, httpx.ConnectError):
                    raise  # nobody was there to take it
                answer = self._patiently(send, say("import.again"))
        return self.followed(UUID(answer["id"]), answer)

    def followed(self, id_: UUID, answer: dict[str, Any] | None = None) -> dict[str, Any]:
        """What became of it."""
        goes_on = say("import.goes_on", kind=self.kind, id=id_)
        try:
            while answer is None or answer["ended_at"] is None:
                if answer is not None:
                    self.shown.update(_progress(answer))
                    time.sleep(BETWEEN_S)
                answer = self._patiently(lambda: self._request("GET", f"/{id_}"), goes_on)
        except KeyboardInterrupt:
            err().print(goes_on, markup=False)
            raise
        return answer

    def _patiently(self, ask: Callable[[], dict[str, Any]], then: str) -> dict[str, Any]:
        """The answer, once there is one. Raises ``Refusal``, with what to do then, where the service stays away."""
        deadline = time.monotonic() + AWAY_S
        while True:
            try:
                return ask()
            except (Away, NotReady) as away:
                if time.monotonic() > deadline:
                    raise Refusal(f"{away} {then}") from away
                self.shown.update(say("import.away", service=KINDS[self.kind][0]))
                time.sleep(BETWEEN_S)

    def _request(self, method: str, place: str, *timeout: float, **options: Any) -> dict[str, Any]:  # noqa: ANN401  (httpx's own)
        service, path = KINDS[self.kind]
        answer: dict[str, Any] = request(self.client, service, method, path + place, *timeout, **options)
        return answer


@contextmanager
def _given_back(file: Path | None) -> Iterator[Given | None]:
    """A new file for refused rows; there is none where nothing was written into it."""
    if file is None:
        yield None
        return
    with new_file(file) as there:
        yield Given(file, there)
        empty = there.tell() == 0
    if empty:
        file.unlink()


def _tell(client: Client, kind: str, answer: dict[str, Any], there: Given | None, *, as_json: bool) -> None:
    if as_json:
        show_json(answer)
    else:
        _show(answer)
    if there is not None and answer["refused_until"] is not None:
        service, path = KINDS[kind]
        download(client, service, f"{path}/{answer['id']}/refused", there.content)
        err().print(say("import.given_back", file=there.file), markup=False)


def _end(answer: dict[str, Any]) -> None:
    """With 1 where not all of it was loaded."""
    if answer["state"] != "done":
        raise Refusal(answer["detail"])
    if count := answer["refused"]:
        shown = len({fault["line"] for fault in answer["refused_rows"]})
        err().print(say("import.refused" if shown >= count else "import.refused_many", count=count, shown=shown))
        raise typer.Exit(1)


def _progress(answer: dict[str, Any]) -> str:
    if answer["rows"] is None:
        return say("import.reading")
    return say("import.deciding", read=f"{answer['read']:,}", rows=f"{answer['rows']:,}")


def _show(answer: dict[str, Any]) -> None:
    for name in OUTCOMES:
        if name in answer["outcomes"]:
            out().print(f"{say(f'import.{name}')}: {answer['outcomes'][name]:,}")
    if ignored := answer["ignored_columns"]:
        out().print(say("import.ignored", columns=", ".join(ignored)), markup=False)
    if refused := answer["refused_rows"]:
        rows = [[str(fault[name]) for name in ("line", "column", "reason", "detail")] for fault in refused]
        out().print(table("head.line", "head.column", "head.reason", "head.detail", rows=rows))
