"""What `pdp backup` and `pdp restore` say, and what `--data` finds."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.cli import installation
from deploy.cli.commands import backup
from deploy.cli.texts import say
from deploy.engines.postgres_server import PostgresServer, service_role
from deploy.local import backups
from deploy.local.forgotten import Forgotten
from shared.contracts.event import EventData
from shared.contracts.financing import ConsentRevoked
from shared.contracts.registration import ContactErased, SupplierWithdrawn
from shared.sealing.keys import Name
from tests.deploy.program import pdp

COMMANDS = Path(installation.__file__).parent / "commands"
TAKEN = datetime(2026, 11, 30, 3, tzinfo=UTC)
LATER = TAKEN + timedelta(hours=1)
FIRM, OTHER = UUID(int=1), UUID(int=2)


def lost(event: type[EventData], firm: UUID = FIRM) -> Forgotten:
    """An event that the restored store knows nothing of."""
    entry: Any = None
    data = object.__new__(event)
    vars(data)["supplier_id"] = firm
    message: Any = SimpleNamespace(data=data)
    return Forgotten(entry, message)


@pytest.mark.parametrize(
    ("registered", "gone", "code", "count"),
    [
        ({}, [], "restore.register_empty", 0),
        ({}, [lost(SupplierWithdrawn)], "restore.register_empty", 0),
        ({}, [lost(ContactErased)], "restore.erased_back", 1),
        ({FIRM: TAKEN - timedelta(days=1)}, [lost(ContactErased), lost(ConsentRevoked)], "restore.erased_back", 2),
        ({OTHER: LATER}, [lost(ContactErased), lost(ContactErased, OTHER)], "restore.erased_back", 1),
        ({FIRM: LATER}, [lost(ContactErased)], "restore.erased", 1),
        ({FIRM: TAKEN}, [], "restore.erased", 0),
    ],
)
def test_what_the_register_lacks_is_back_and_said_so(
    registered: dict[UUID, datetime], gone: list[Forgotten], code: str, count: int, tmp_path: Path
) -> None:
    names = {Name(person, person): at for person, at in registered.items()}
    client: Any = SimpleNamespace(data=tmp_path)
    said = backup._erased(client, "registration", names, TAKEN, gone)
    assert said == say(code, service="registration", count=count, folder=tmp_path / "erasures")


@pytest.mark.parametrize("there", [False, True])
def test_a_store_that_is_gone_or_empty_is_made_with_its_tables_first(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    name = f"gone_{uuid4().hex[:8]}"
    migrated: list[str] = []

    def migrate(client: Any, service: str, database: str) -> None:
        assert service == database
        client.postgres.execute("CREATE TABLE data_key ()", database)
        migrated.append(database)

    monkeypatch.setattr(backups, "migrate", migrate)
    client: Any = SimpleNamespace(postgres=postgres)
    if there:
        postgres.ensure_database(name)
    backups.stand(client, name)
    backups.stand(client, name)
    assert migrated == [name]
    assert postgres.execute("SELECT count(*) FROM data_key", name).strip() == "0"
    postgres.execute(f"DROP DATABASE {name}; DROP ROLE {name}; DROP ROLE {service_role(name)}")


def test_a_folder_that_is_not_there_is_named_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setattr(backup, "_client", lambda _: None)
    told = pdp("backup", "matching", str(tmp_path / "none" / "x.backup"))
    assert (told.code, " ".join(told.err.split())) == (2, say("error.no_folder", folder=tmp_path / "none"))


def test_logs_of_the_demo_are_found_where_it_alone_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "demo" / "logs" / "financing.log"
    log.parent.mkdir(parents=True)
    log.write_text("a line\n")
    monkeypatch.setattr(installation, "read_running", lambda data: data.name == "demo" or None)
    monkeypatch.setenv("PDP_DATA", str(tmp_path / "other"))  # `--data` sets it
    told = pdp("--data", str(tmp_path), "logs", "financing")
    assert (told.code, told.out) == (0, "a line\n"), told.err


def test_every_command_of_this_machine_finds_the_demo() -> None:
    """But for those that start a platform, or change what is not running."""
    alone = {
        file.stem
        for file in COMMANDS.glob("*.py")
        if re.search(r"(?<!running_folder\()(?:local|data)_folder\(\)", file.read_text(encoding="utf-8"))
    }
    assert alone == {"demo", "rotate", "up"}
