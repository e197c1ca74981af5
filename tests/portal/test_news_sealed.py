"""Of whoever asked for news nothing is kept in clear, and nothing of them can be opened once they want none."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.portal.domain.subscription import ended
from services.portal.store import subscriptions
from shared.contracts.registration import SupplierRegistered
from shared.sealing import encryption
from shared.sealing.encryption import Ring
from shared.sealing.register import Register
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER, example
from tests.portal.mailbox import EMAIL, NAME, Mailbox, offering_until
from tests.sealing.restored import copied, restored


@pytest.fixture
async def box(portal: Visitors, tmp_path: Path) -> Mailbox:
    await portal.stage.consume(example(SupplierRegistered, offering=offering_until(None)))
    browser = await portal.signed_in("supplier", subject="person-1", supplier_id=SUPPLIER)
    return Mailbox(portal, tmp_path / "mail", browser)


@pytest.mark.parametrize("sealed_before", [True, False])
async def test_an_address_is_sealed_found_and_gone(box: Mailbox, *, sealed_before: bool) -> None:
    stage = box.portal.stage
    with encryption.given(Ring(["0" * 64]), new=sealed_before):
        await box.confirmed("papers")
    async with stage.database.connection() as connection:
        await subscriptions.seal_older(connection)
    [row] = await stage.rows("SELECT id, email, name FROM subscription")
    assert {row["email"][:7], row["name"][:7]} == {"sealed:"}
    held = str([await stage.rows(f"SELECT * FROM {table}") for table in ("subscription", "timer")])
    assert EMAIL not in held
    assert NAME not in held
    async with stage.database.connection() as connection:
        assert await subscriptions.ids_at(connection, EMAIL.upper()) == [row["id"]]
        found = await subscriptions.subscription(connection, row["id"])
        assert found is not None
        assert (found.email, found.name) == (EMAIL, NAME)
        reader = (await subscriptions.readers.load_many(connection, [row["id"]]))[row["id"]]
        gone = replace(reader, subscription=ended(reader.subscription))
        await subscriptions.readers.save_many(connection, (), [gone])
    # As a backup has it that was taken before.
    await stage.rows("UPDATE subscription SET email = $1", row["email"])
    async with stage.database.connection() as connection:
        assert await subscriptions.ids_at(connection, EMAIL) == []


async def test_who_was_forgotten_comes_back_with_no_backup(box: Mailbox, tmp_path: Path) -> None:
    """Also where the backup is from before their address was sealed."""
    stage = box.portal.stage
    with encryption.given(None):
        await box.confirmed("papers")
    copy = await copied(stage, "subscription")
    async with stage.database.transaction() as connection:
        [row] = await connection.fetch("SELECT id FROM subscription")
        reader = (await subscriptions.readers.load_many(connection, [row["id"]]))[row["id"]]
        gone = replace(reader, subscription=ended(reader.subscription))
        await subscriptions.readers.save_many(connection, (), [gone])
    await stage.erasures(Register(tmp_path.as_uri(), "portal")).look()
    await restored(stage, copy)
    assert await stage.erasures(Register(tmp_path.as_uri(), "portal")).again() == (1, 1)
    assert await stage.rows("SELECT status, email, name FROM subscription") == [
        {"status": "ended", "email": None, "name": ""}
    ]
