"""`pdp backup`, `pdp restore` and `pdp rewind`: a service's store at another moment, and its place on its topics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.api import Away, NotReady, NotThere
from deploy.cli.commands.partner_access import tell_financing
from deploy.cli.console import Refusal, out, step
from deploy.cli.installation import local_installation
from deploy.cli.lines import line
from deploy.cli.texts import say
from deploy.local import backups
from deploy.local.backups import Counts
from deploy.local.carried import CARRIED, UNTOLD, carry, partners_of
from deploy.local.client import LocalClient
from deploy.local.forgotten import Forgotten, Past, forgotten, unheld
from deploy.local.hold import held_down
from deploy.local.layout import Layout
from deploy.local.numbers import go_on
from deploy.local.pruning import LEAST_DAYS, keys_for, prune
from deploy.provision import offsets
from deploy.provision.kafka_admin import partner_codes
from deploy.provision.offsets import Place
from deploy.provision.partner_access import denied, is_suspended
from shared.runtime.clock import now
from shared.sealing.keys import Name

CAUGHT_UP_WITHIN = 120.0
PROBE_PAUSE = 0.5

ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help=say("help.service_of"))]
File = Annotated[Path, typer.Argument(metavar="FILE", help=say("help.backup.file"))]
KeepDays = Annotated[int, typer.Option(envvar="PDP_BACKUP_DAYS", min=LEAST_DAYS, help=say("help.backup.keep_days"))]
WithoutKeys = Annotated[bool, typer.Option("--without-keys", help=say("help.restore.without_keys"))]
DECIDES_NOTHING = frozenset({"portal"})
"""What it shows is each event merged into what is there: taken again, events mend it."""

Moment = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%dT%H:%M:%S"], help=say("help.rewind.to"))]
SetBack = Annotated[bool, typer.Option("--set-back", help=say("help.rewind.set_back"))]


def backup(service: ServiceName, file: File, *, keep_days: KeepDays = 30) -> None:
    client = _client(service)
    if not file.absolute().parent.is_dir():
        raise Refusal(say("error.no_folder", folder=file.absolute().parent), 2)
    try:
        taken = backups.take(client, service, file)
        gone = prune(file.absolute(), service, keep_days, taken.taken_at)
    except OSError as error:
        raise Refusal(say("error.not_written", file=file, detail=error.strerror), 2) from error
    out().print(say("backup.taken", service=service, at=_shown(taken.taken_at), file=file))
    if gone:
        out().print(say("backup.pruned", days=keep_days, files=", ".join(sorted(each.name for each in gone))))


def restore(service: ServiceName, file: File, *, without_keys: WithoutKeys = False) -> None:
    client = _client(service)
    if not file.exists():
        raise Refusal(say("error.no_file", file=file), 2)
    with backups.opened(file, service) as (taken, store):
        keys = keys_for(file.absolute(), service)
        if keys is None and not without_keys:
            raise Refusal(say("error.no_keys", file=file, keys=backups.keys_of(file).name), 2)
        with step(say("restore.loading", file=file)):
            backups.load(client, service, store)
            backups.migrate(client, service, f"{service}_restored")
        places = _places(client, service, taken.places)
        with step(say("restore.holding", service=service)), held_down(client.data, service):
            # First the offsets: a crash between the two costs nothing, as the store before knows what comes again.
            offsets.set_back(client.admin(), places)
            stood = backups.stand(client, service)
            erased = backups.bring_keys(client, service, keys)
            carried = carry(client, service)
            past = forgotten(client, service, f"{service}_restored")
            highest = go_on(client, service, f"{service}_restored", past)
            backups.swap(client, service)
            before = backups.counts(client, service)
    out().print(say("restore.restored", service=service, at=_shown(taken.taken_at), old=f"{service}_replaced"))
    out().print(_erased(client, service, erased, taken.taken_at, past.lost))
    if service in CARRIED:
        out().print(
            say(f"restore.carried.{service}" if stood else "restore.not_carried", service=service, count=carried)
        )
    _read_again(client, service, places, before)
    _show(service, past, highest)
    if UNTOLD[service]:
        out().print(say(f"restore.untold.{service}"))
    if service == "financing":
        if not stood:
            active, suspended = (", ".join(codes) or "–" for codes in partners_of(client, service))
            out().print(say("restore.partners", active=active, suspended=suspended))
        _keep_out(client)


def rewind(service: ServiceName, *, to: Moment = None, set_back: SetBack = False) -> None:
    moment = None if to is None else to.replace(tzinfo=UTC)
    if moment is not None and moment > now():
        raise Refusal(say("error.rewind_future", to=_shown(moment), now=_shown(now())), 2)
    client = _client(service)
    admin = client.admin()
    places = offsets.at(admin, offsets.committed(admin, service), moment)
    with step(say("restore.holding", service=service)), held_down(client.data, service):
        offsets.set_back(admin, places)
        # It comes back as this checkout's build, which may be newer than the one that was stopped.
        backups.migrate(client, service, service)
        if service in DECIDES_NOTHING:
            backups.forget_read(client, service)
        past = forgotten(client, service, service) if set_back else None
        highest = None if past is None else go_on(client, service, service, past)
        before = backups.counts(client, service)
    _read_again(client, service, places, before)
    if past is not None:
        _show(service, past, highest)


def _keep_out(client: LocalClient) -> None:
    """Whom Kafka keeps out is suspended with financing too, whatever came back of it."""
    admin, deadline = client.admin(), time.monotonic() + CAUGHT_UP_WITHIN
    out_ = denied(admin)
    for code in [code for code in partner_codes(admin) if is_suspended(code, out_)]:
        while True:
            try:
                if tell_financing(client, code, active=False):
                    out().print(say("restore.kept_out", code=code))
                break
            except NotThere:
                break  # of a partner that came after the backup financing knows nothing: nobody is referred to it
            except (Away, NotReady):
                if time.monotonic() > deadline:
                    raise
                time.sleep(PROBE_PAUSE)


def _erased(
    client: LocalClient, service: str, registered: Mapping[Name, datetime], since: datetime, lost: list[Forgotten]
) -> str:
    """What holds of erasures, as far as anybody can know."""
    said = {"service": service, "folder": Layout(client.data).erasures}
    if back := unheld(lost, registered, since):
        return say("restore.erased_back", count=len(back), **said)
    if not registered:
        return say("restore.register_empty", **said)
    return say("restore.erased", service=service, count=sum(at > since for at in registered.values()))


def _client(service: str) -> LocalClient:
    client = local_installation()
    client.url(service)
    return client


def _places(client: LocalClient, service: str, taken: Iterable[Place]) -> list[Place]:
    """Those of the backup, and the beginning where the group had not been then."""
    admin, known = client.admin(), {(each.group, each.topic, each.partition): each for each in taken}
    since = [
        each for each in offsets.committed(admin, service) if (each.group, each.topic, each.partition) not in known
    ]
    return [*known.values(), *offsets.at(admin, since, None)]


def _read_again(client: LocalClient, service: str, places: list[Place], before: Counts) -> None:
    """Tell how many records come again, and what became of them."""
    admin = client.admin()
    again = offsets.behind(admin, places)
    out().print(say("rewind.rewound", service=service, records=again))
    deadline = time.monotonic() + CAUGHT_UP_WITHIN
    with step(say("rewind.reading", service=service)):
        while offsets.behind(admin, offsets.committed(admin, service)):
            if time.monotonic() > deadline:
                return
            time.sleep(PROBE_PAUSE)
    after = backups.counts(client, service)
    fresh, stuck = after.known - before.known, max(after.stuck - before.stuck, 0)
    out().print(say("rewind.read", fresh=fresh, stuck=stuck))


def _show(service: str, past: Past, highest: int | None) -> None:
    """Behind which number the service goes on, and what nobody but people can bring back."""
    if highest is not None:
        out().print(say(f"restore.numbers.{service}", highest=highest))
    people = [each for each in past.lost if not each.is_decided_again]
    out().print(say("restore.forgotten", again=len(past.lost) - len(people), people=len(people)))
    for each in people:
        typer.echo(line(each.entry))


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


COMMANDS: dict[str, Callable[..., None]] = {"backup": backup, "restore": restore, "rewind": rewind}
