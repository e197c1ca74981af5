"""`pdp dead-letters`: what a service could not process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import typer

from deploy.cli import choices
from deploy.cli.api import Round, request
from deploy.cli.choices import one_of, services_of
from deploy.cli.console import AsJson, Refusal, err, out, plain, print_fitting, show_json
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.cli.usage import App
from deploy.target.client import WORK_TIMEOUT, Client
from shared.messaging.dead_letter_queries import VALUE_NOT_KEPT

app = App(say("help.dead_letters"))

Service = Annotated[str | None, typer.Option("--service", help=say("help.service"))]
Reason = Annotated[str | None, typer.Option("--reason", help=say("help.reason"))]
Key = Annotated[str | None, typer.Option("--key", help=say("help.key"))]
Topic = Annotated[str | None, typer.Option("--topic", help=say("help.topic"))]
After = Annotated[str | None, typer.Option("--after", metavar="ID", help=say("help.after"))]
Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help=say("help.dead_letters.ids"))]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=say("help.yes"))]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead letters, and where they are looked for."""

    service: str | None
    reason: str | None
    key: str | None
    topic: str | None
    after: str | None

    def services(self, client: Client) -> list[str]:
        """Where to look. Raises ``Refusal`` when an option names what there is not."""
        if self.service is None and self.after is not None:
            raise Refusal(say("error.after"), 2)
        one_of("--reason", self.reason, choices.DEAD_LETTER_REASONS)
        if self.topic is not None:
            one_of("--topic", self.topic, choices.topics(client))
        return services_of(client, self.service)

    @property
    def query(self) -> dict[str, Any]:
        given = {"reason": self.reason, "key": self.key, "topic": self.topic, "after": self.after}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def none(self) -> str:
        """What is said when there are none: that nothing fits what was asked for is no news of all the others."""
        return say("dead_letters.none_fits" if self.query or self.service else "dead_letters.none")


TEXTS = {VALUE_NOT_KEPT: "dead_letters.value_not_kept"}
"""For a replay that fails otherwise than by what the record says."""

COLUMNS = {
    "id": "head.id",
    "service": "head.service",
    "reason": "head.reason",
    "behind": "head.behind",
    "key": "head.key",
    "at": "head.at",
    "event_type": "head.event",
    "topic": "head.topic",
    "error": "head.error",
}
"""Each with its heading, the most wanted first; an id is always whole, so that other commands take it."""
MOST = 200
"""The largest page; the last one\'s id is the `--after` of the next."""


@app.command("list", help=say("help.dead_letters.list"))
def list_(
    service: Service = None,
    reason: Reason = None,
    key: Key = None,
    topic: Topic = None,
    after: After = None,
    *,
    as_json: AsJson = False,
) -> None:
    client = installation()
    wanted = Wanted(service, reason, key, topic, after)
    asking = Round()
    answers = asking.ask(wanted.services(client), lambda name: _list(client, name, wanted.query))
    found = [{"service": name} | letter for name, letters in answers for letter in letters]
    if as_json:
        show_json(found)
    elif found:
        rows = [[plain(letter[column]) for column in COLUMNS] for letter in found]
        print_fitting(*COLUMNS.values(), rows=rows)
    elif not asking.incomplete:
        out().print(wanted.none)
    asking.end()


@app.command(help=say("help.dead_letters.show"))
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help=say("help.dead_letters.id"))],
    as_json: AsJson = False,  # noqa: FBT002  (an option)
) -> None:
    client = installation()
    service, letter = _whole(client, id_, closed=True)
    content = request(client, service, "GET", f"/dead-letters/{letter}")
    if as_json:
        show_json({"service": service} | content)
        return
    for name, value in ({"service": service} | content).items():
        typer.echo(f"{name}: {plain(value)}")


@app.command(help=say("help.dead_letters.replay"))
def replay(
    ids: Ids = None,
    service: Service = None,
    reason: Reason = None,
    key: Key = None,
    topic: Topic = None,
    after: After = None,
    *,
    yes: Yes = False,
) -> None:
    _resolve("replay", ids, Wanted(service, reason, key, topic, after), sure=yes)


@app.command(help=say("help.dead_letters.discard"))
def discard(
    ids: Ids = None,
    service: Service = None,
    reason: Reason = None,
    key: Key = None,
    topic: Topic = None,
    after: After = None,
    *,
    yes: Yes = False,
) -> None:
    _resolve("discard", ids, Wanted(service, reason, key, topic, after), sure=yes)


@app.command(help=say("help.dead_letters.resume"))
def resume(service: Service = None) -> None:
    client = installation()
    asking = Round()
    for name, _ in asking.ask(
        services_of(client, service), lambda name: request(client, name, "POST", "/dead-letters/resume")
    ):
        out().print(say("dead_letters.resumed", service=name))
    asking.end()


def _resolve(action: Literal["replay", "discard"], ids: list[str] | None, wanted: Wanted, *, sure: bool) -> None:
    """One request to each service, which keeps the order and says what is left."""
    client, asking = installation(), Round()
    if ids:
        asked = {name: wanted.query | {"ids": letters} for name, letters in _by_service(client, ids).items()}
    else:
        found = asking.ask(wanted.services(client), lambda name: _list(client, name, wanted.query))
        asked = {name: wanted.query | {"all": True} for name, letters in found if letters}
        if asked and not sure:
            typer.confirm(say("dead_letters.ask", services=", ".join(asked)), abort=True)
    if not (asked or asking.incomplete):
        out().print(wanted.none)
    path = f"/dead-letters/{action}"
    answers = asking.ask(asked, lambda name: request(client, name, "POST", path, WORK_TIMEOUT, json=asked[name]))
    done = [_report(name, answer) for name, answer in answers]
    if not all(done):
        raise typer.Exit(1)
    asking.end()


def _report(service: str, done: dict[str, Any]) -> bool:
    """Say what one service did. False when something still fails or is left."""
    counts = {name: done[name] for name in ("resolved", "released", "left")}
    out().print(say("dead_letters.done", service=service, **counts))
    for failure in done["failures"]:
        text = "dead_letters.next_failed" if failure["resolved"] else TEXTS.get(failure["error"], "dead_letters.failed")
        err().print(say(text, id=failure["id"], error=failure["error"]))
    if done["left"]:
        after = f" --after {done['last']}" if done["last"] else ""
        err().print(say("dead_letters.left", service=service, left=done["left"], after=after))
    return not (done["failures"] or done["left"])


def _list(client: Client, service: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    page: dict[str, list[dict[str, Any]]] = request(
        client, service, "GET", "/dead-letters", params=query | {"limit": MOST}
    )
    return page["items"]


def _by_service(client: Client, ids: list[str]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for beginning in ids:
        service, letter = _whole(client, beginning)
        chosen.setdefault(service, []).append(letter)
    return chosen


def _whole(client: Client, beginning: str, *, closed: bool = False) -> tuple[str, str]:
    """The service and the whole id of the dead letter whose id begins so."""
    asking = Round()
    found = _beginning(asking, client, beginning, closed=closed)
    if len(found) == 1:
        service, letter = found[0]
        return service, letter["id"]
    if found:
        raise Refusal(say("error.letters", id=beginning), 2)
    asking.end()
    for _, letter in _beginning(asking, client, beginning, closed=True):
        told = {"id": letter["id"], "resolution": letter["resolution"], "at": letter["closed_at"]}
        raise Refusal(say("error.letter_closed", **told), 2)
    raise Refusal(say("error.letter", id=beginning), 2)


def _beginning(asking: Round, client: Client, beginning: str, *, closed: bool) -> list[tuple[str, dict[str, Any]]]:
    query = {"id_begins": beginning.lower(), "closed": closed}
    answers = asking.ask(services_of(client, None), lambda name: _list(client, name, query))
    return [(name, letter) for name, letters in answers for letter in letters]
