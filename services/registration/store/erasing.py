"""What was erased of firms and their people, and came back with a backup that has it in clear: erased again."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from services.registration.domain.arco import ArcoRequest
from services.registration.domain.claim import forgotten
from services.registration.domain.supplier import unnamed_person
from services.registration.store import suppliers
from services.registration.store.arco import WORDS, arco_ids, arco_requests
from services.registration.store.claims import CLAIM, claims
from services.registration.store.people import people
from services.registration.store.sealed import CONTACT, IDENTITY
from services.registration.store.tables import ArcoRequestRow, ClaimRow, PersonRow, SupplierRow
from shared.messaging.repository import lock
from shared.runtime.database import Connection
from shared.sealing import keys
from shared.sealing.keys import Name, matter_of
from shared.service.erasures import EraseAgain


async def _lock(connection: Connection, names: Collection[Name]) -> None:
    bare, unnamed, claimed = (_persons(names, matter) for matter in (CONTACT, IDENTITY, CLAIM))
    await lock(connection, SupplierRow, bare | unnamed)
    await lock(connection, ClaimRow, claimed)
    await lock(connection, PersonRow, {name.matter for name in names})
    await lock(connection, ArcoRequestRow, await arco_ids(connection, {name.person for name in names}))


async def _take_out(connection: Connection, names: Collection[Name]) -> int:
    """Write firms, claims and people of these without it, as the erasure left them. Returns how many."""
    bare, unnamed, claimed = (_persons(names, matter) for matter in (CONTACT, IDENTITY, CLAIM))
    firms = (await suppliers.load_many(connection, sorted(bare | unnamed))).values()
    without = [replace(each, contact=None) if each.id in bare else each for each in firms]
    persons = {each.id for each in firms if each.kind == "natural"} & unnamed
    gone = [unnamed_person(each) if each.id in persons else each for each in without]
    await suppliers.save_many(connection, (), gone)
    said = (await claims.load_many(connection, sorted(claimed))).values()
    await claims.save_many(connection, (), [forgotten(each) for each in said])
    invited = (await people.load_many(connection, sorted({name.matter for name in names}))).values()
    await people.save_many(connection, (), [replace(each, email=None) for each in invited])
    matters = {name.matter for name in names}
    of_firms = await arco_requests.load_many(connection, await arco_ids(connection, {name.person for name in names}))
    asked = [each for each in of_firms.values() if matters & {each.id, matter_of(each.id, WORDS)}]
    await arco_requests.save_many(connection, (), [_erased(each, matters) for each in asked])
    return len(firms) + len(said) + len(invited) + len(asked)


def _erased(request: ArcoRequest, matters: Collection[UUID]) -> ArcoRequest:
    """A request whose words are gone was done with, also where this store knows it as one that is under way."""
    if matter_of(request.id, WORDS) not in matters:
        return replace(request, wanted=None)
    reasons = tuple(replace(each, reason=None) for each in request.extensions)
    return replace(request, wanted=None, answer=None, extensions=reasons)


async def mark_erased(connection: Connection, person: UUID) -> None:
    """Keep that whoever this is was erased, also where nothing is known of them: it may come with another copy."""
    await keys.destroy(connection, [Name(person, matter_of(person, matter)) for matter in (CONTACT, IDENTITY, CLAIM)])


erase_again = EraseAgain(_lock, _take_out)


def _persons(names: Collection[Name], matter: str) -> set[UUID]:
    return {name.person for name in names if name.matter == matter_of(name.person, matter)}
