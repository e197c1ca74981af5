import pytest
from sqlmodel import func, select

from shared.messaging.retry import INFRASTRUCTURE
from shared.runtime.database import Database


async def test_a_read_that_the_store_cuts_off_fails_as_every_other_way_to_it_does(store_url: str) -> None:
    database = Database(store_url, application="test")
    await database.open()
    try:
        with pytest.raises(INFRASTRUCTURE):
            async with database.session() as session:
                await session.exec(select(func.pg_terminate_backend(func.pg_backend_pid())))
    finally:
        await database.close()
