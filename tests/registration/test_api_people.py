"""A firm's people: invited, joined, removed; and what each of them may see meanwhile."""

import asyncio
from uuid import UUID, uuid4

import pytest

from services.registration.domain.person import MOST_PEOPLE
from services.registration.handlers.people import INVITATION_EXPIRES
from shared.four_eyes import mark_of
from shared.one_time_code import MOST_TRIES
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import CONTACT, code_of, registered
from tests.registration.people_given import (
    ADDRESS,
    NEW,
    THREE,
    accept,
    invite,
    invited,
    joined,
    listed,
    newcomer,
    owner,
    remove,
    sees,
)


async def test_a_person_is_invited_accepts_and_is_removed(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    assert await sees(stage, firm, newcomer(stage)) == 403
    person = await joined(stage, firm)
    assert await sees(stage, firm, newcomer(stage)) == 200
    # Whoever joined may invite as well, and is nobody in another firm.
    other = await invite(stage, firm, "tercera@ejemplo.mx", newcomer(stage))
    assert other.status_code == 202
    assert [each["status"] for each in await listed(stage, firm, newcomer(stage))] == ["joined", "invited"]
    assert await remove(stage, firm, person, owner(stage, firm)) == 204
    assert await sees(stage, firm, newcomer(stage)) == 403
    assert [each["id"] for each in await listed(stage, firm, owner(stage, firm))] == [other.json()["id"]]


async def test_who_was_removed_has_no_rights_whatever_their_token_says(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    person = await joined(stage, firm)
    bound = newcomer(stage, supplier_id=firm)
    assert await sees(stage, firm, bound) == 200
    assert await remove(stage, firm, person, owner(stage, firm)) == 204
    assert await sees(stage, firm, bound) == 403
    assert (await invite(stage, firm, "otra@ejemplo.mx", bound)).status_code == 403
    assert await sees(stage, firm, owner(stage, firm)) == 200
    # A new invitation brings them back.
    await joined(stage, firm)
    assert await sees(stage, firm, bound) == 200


async def test_nothing_of_it_leaves_the_store_and_all_of_it_is_on_record(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    await stage.told()
    person = await joined(stage, firm)
    await listed(stage, firm, owner(stage, firm))
    assert await stage.told() == []
    await remove(stage, firm, person, owner(stage, firm))
    assert not {ADDRESS, NEW, person} & set(str(await stage.told()).replace("'", " ").split())
    rows = await stage.rows("SELECT action FROM audit WHERE about::text = $1 ORDER BY id", firm)
    acts = [row["action"].removeprefix("registration:person:") for row in rows if ":person:" in row["action"]]
    assert acts == ["invited", "joined", "listed", "removed"]
    (row,) = await stage.rows("SELECT email, person::text AS whole FROM person")
    assert row["email"] is None
    assert ADDRESS not in row["whole"]


async def test_nobody_reads_a_code_out_of_the_store(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    person = await invited(stage, firm)
    (row,) = await stage.rows("SELECT person::text AS whole FROM person")
    assert code_of(person) not in row["whole"]


async def test_an_anonymous_caller_learns_nothing(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    person = await invited(stage, firm)
    for known in (firm, str(uuid4())):
        answers = [
            await stage.client.get(f"/suppliers/{known}/people"),
            await stage.client.post(f"/suppliers/{known}/people", json={"email": ADDRESS}),
            await stage.client.delete(f"/suppliers/{known}/people/{person}"),
            await stage.client.post(f"/suppliers/{known}/people/{person}/acceptance", json={"code": code_of(person)}),
        ]
        assert {(answer.status_code, answer.json()["title"]) for answer in answers} == {(401, "token_missing")}


async def test_who_is_signed_in_and_not_invited_learns_as_little(stage: StageUnderTest) -> None:
    """Whether there is an invitation, a firm, or a code that was tried too often: one answer."""
    firm = (await registered(stage))["id"]
    person = await invited(stage, firm)
    places = [(firm, person), (firm, str(uuid4())), (str(uuid4()), person), (str(uuid4()), str(uuid4()))]
    told = {(await accept(stage, *place, newcomer(stage), "x" * 32)).text for place in places}
    assert len(told) == 1
    for _ in range(MOST_TRIES):
        await accept(stage, firm, person, newcomer(stage), "x" * 32)
    late = await accept(stage, firm, person, newcomer(stage))
    assert {late.text} == told
    assert (late.status_code, late.json()["title"]) == (403, "invitation_refused")


async def test_an_invitation_ends_when_it_expires_or_is_withdrawn(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    withdrawn, expired = await invited(stage, firm), await invited(stage, firm, "dos@ejemplo.mx")
    assert await remove(stage, firm, withdrawn, owner(stage, firm)) == 204
    await stage.rows("UPDATE timer SET at = now() WHERE kind = $1", INVITATION_EXPIRES)
    await stage.tick()
    assert await stage.rows("SELECT status, email FROM person") == [{"status": "lapsed", "email": None}] * 2
    for person in (withdrawn, expired):
        assert (await accept(stage, firm, person, newcomer(stage))).json()["title"] == "invitation_refused"
    assert await listed(stage, firm, owner(stage, firm)) == []


async def test_a_code_opens_for_one_person_and_its_answer_may_be_asked_for_again(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    person = await joined(stage, firm)
    assert (await accept(stage, firm, person, newcomer(stage))).status_code == 200
    assert (await accept(stage, firm, person, newcomer(stage, "thief-1"))).status_code == 403
    await stage.rows("UPDATE timer SET at = now() WHERE kind = $1", INVITATION_EXPIRES)
    await stage.tick()
    assert await sees(stage, firm, newcomer(stage)) == 200


async def test_of_two_who_accept_at_once_one_joins(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    person = await invited(stage, firm)
    answers = await asyncio.gather(*(accept(stage, firm, person, newcomer(stage, f"new-{n}")) for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403]


@pytest.mark.parametrize("how", ["by the token", "by an invitation"])
async def test_who_speaks_for_another_firm_does_not_join(stage: StageUnderTest, how: str) -> None:
    firm, other = (await registered(stage))["id"], (await registered(stage, rfc="EKU9003173C9"))["id"]
    if how == "by the token":
        headers = newcomer(stage, supplier_id=other)
    else:
        await joined(stage, other, email="otra@ejemplo.mx")
        headers = newcomer(stage)
    answer = await accept(stage, firm, await invited(stage, firm), headers)
    assert (answer.status_code, answer.json()["title"]) == (409, "person_of_other_firm")


async def test_others_people_are_nobodys_business(stage: StageUnderTest) -> None:
    firm, other = (await registered(stage))["id"], (await registered(stage, rfc="EKU9003173C9"))["id"]
    person = await joined(stage, firm)
    other_owner = stage.headers("supplier", subject="owner-2", supplier_id=other)
    assert (await invite(stage, firm, headers=other_owner)).status_code == 403
    assert (await stage.client.get(f"/suppliers/{firm}/people", headers=other_owner)).status_code == 403
    assert await remove(stage, firm, person, other_owner) == 403
    assert await remove(stage, other, person, other_owner) == 404
    assert await sees(stage, firm, newcomer(stage)) == 200


async def test_operators_see_what_the_identity_provider_is_to_be_told(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    gone, here = await joined(stage, firm), await joined(stage, firm, "new-2", "dos@ejemplo.mx")
    await remove(stage, firm, gone, owner(stage, firm))
    found = await listed(stage, firm, stage.headers("operator"))
    assert [(each["id"], each["status"], each["subject"]) for each in found] == [
        (gone, "removed", NEW),
        (here, "joined", "new-2"),
    ]
    assert [each["subject"] for each in await listed(stage, firm, owner(stage, firm))] == [None]
    unknown = await stage.client.get(f"/suppliers/{uuid4()}/people", headers=stage.headers("operator"))
    assert (unknown.status_code, unknown.json()["title"]) == (404, "supplier_unknown")


async def test_nobody_is_invited_twice_or_without_an_address_or_beyond_the_bound(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    assert (await invite(stage, firm, "nobody")).json()["title"] == "contact_email"
    first = await invited(stage, firm)
    assert (await invite(stage, firm, ADDRESS.upper())).json()["title"] == "person_known"
    await accept(stage, firm, first, newcomer(stage))
    second = await invited(stage, firm, "dos@ejemplo.mx")
    again = await accept(stage, firm, second, newcomer(stage))
    assert (again.status_code, again.json()["title"]) == (409, "person_known")
    answers = await asyncio.gather(*(invite(stage, firm, f"p{n}@ejemplo.mx") for n in range(MOST_PEOPLE)))
    assert [answer.status_code for answer in answers].count(202) == MOST_PEOPLE - 2
    assert {answer.json()["title"] for answer in answers if answer.is_error} == {"people_too_many"}


async def test_an_address_is_not_flooded_by_firms_either(stage: StageUnderTest) -> None:
    firm = (await registered(stage, contact=CONTACT | {"email": "una@ejemplo.mx"}))["id"]
    people = []
    for _ in range(6):
        people.append(await invited(stage, firm))
        await remove(stage, firm, people[-1], owner(stage, firm))
    assert code_of(people[4])
    with pytest.raises(LookupError):
        code_of(people[5])


async def test_a_firm_that_has_withdrawn_invites_nobody(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    reason = {"reason": "own_decision"}
    await stage.client.post(f"/suppliers/{firm}/withdrawal", json=reason, headers=owner(stage, firm))
    assert (await invite(stage, firm)).json()["title"] == "supplier_withdrawn"


async def test_an_operator_does_not_act_on_the_firm_that_they_joined(stage: StageUnderTest) -> None:
    """They are its people by this store alone; no token of theirs says so."""
    held = (await registered(stage, rfc="EKU9003173C8"))["id"]
    await joined(stage, held, "both-1")
    both = stage.headers("operator", "supplier", subject="both-1")
    answer = await stage.client.post(f"/suppliers/{held}/release", json={"reasons": ["rfc_check_digit"]}, headers=both)
    assert (answer.status_code, answer.json()["title"]) == (403, "own_firm")


@pytest.mark.parametrize("roles", [("operator",), ("operator", "supplier")])
@pytest.mark.parametrize("bound", [True, False])
async def test_whoever_leaves_their_firm_is_no_outsider(
    stage: StageUnderTest, roles: tuple[str, ...], *, bound: bool
) -> None:
    held = (await registered(stage, rfc="EKU9003173C8"))["id"]
    person = await joined(stage, held, "both-1")
    assert await remove(stage, held, person, newcomer(stage, "both-1")) == 204
    both = stage.headers(*roles, subject="both-1", supplier_id=held if bound else None)
    answer = await stage.client.post(f"/suppliers/{held}/release", json={"reasons": ["rfc_check_digit"]}, headers=both)
    assert (answer.status_code, answer.json()["title"]) == (403, "own_firm")


async def test_a_token_that_names_a_firm_left_long_ago_keeps_nobody_from_theirs(stage: StageUnderTest) -> None:
    """Seen: 403 everywhere, and an internal error for whoever accepted a third firm's invitation."""
    left, firm, third = [(await registered(stage, rfc=rfc))["id"] for rfc in THREE]
    bound = newcomer(stage, supplier_id=left)
    await remove(stage, left, await joined(stage, left), owner(stage, left))
    await joined(stage, firm)
    assert [await sees(stage, each, bound) for each in (left, firm)] == [403, 200]
    answer = await accept(stage, third, await invited(stage, third), bound)
    assert (answer.status_code, answer.json()["title"]) == (409, "person_of_other_firm")


async def test_who_joined_another_firm_does_not_join_that_of_their_token(stage: StageUnderTest) -> None:
    firm, other, _ = [(await registered(stage, rfc=rfc))["id"] for rfc in THREE]
    await joined(stage, other)
    answer = await accept(stage, firm, await invited(stage, firm), newcomer(stage, supplier_id=firm))
    assert (answer.status_code, answer.json()["title"]) == (409, "person_of_other_firm")


async def test_of_two_firms_that_somebody_joins_at_once_one_has_them(stage: StageUnderTest) -> None:
    firms = [(await registered(stage, rfc=rfc))["id"] for rfc in THREE]
    people = [await invited(stage, firm) for firm in firms]
    answers = await asyncio.gather(
        *(accept(stage, *place, newcomer(stage)) for place in zip(firms, people, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_others_hear_that_somebody_left_and_not_who(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    person, only_invited = await joined(stage, firm), await invited(stage, firm, "otra@ejemplo.mx")
    await stage.told()
    assert await remove(stage, firm, only_invited, owner(stage, firm)) == 204
    assert await stage.told() == [], "nobody spoke for the firm by an invitation"
    assert await remove(stage, firm, person, owner(stage, firm)) == 204
    ((type_, _, data),) = await stage.told()
    assert (type_, data["supplier_id"], data["person"]) == (
        "registration.person-left",
        firm,
        mark_of(UUID(firm), NEW),
    )
    assert ADDRESS not in str(data)
    assert await remove(stage, firm, person, owner(stage, firm)) == 204
    assert await stage.told() == [], "it is told once"
