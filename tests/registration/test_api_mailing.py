"""Mail addresses: what is limited, stored and sent to is one thing, wherever an address comes in."""

import os
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import ValidationError

from services.financing.views.consents import ContactBody
from services.registration.api.mailing import CALLERS, MAILS_AT_ONCE
from services.registration.domain.profile import Contact, faults
from services.registration.handlers.mails import DISPUTE_MAIL
from shared.mail_address import MOST, is_bare
from shared.service.mail import FolderSender, Mail
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import BODY, CONTACT, code_of, registered
from tests.registration.given import NOW, profile

VICTIM = "victim@firm.example"

HOSTILE = [
    "x0<victim@firm.example>",
    "1,victim@firm.example",
    "a,b,c,victim1@firm.example",
    "victim@firm.example,other@firm.example",
    "victim(2)@firm.example",
    "victim@(2)firm.example",
    "a3:victim@firm.example;",
    "victim @firm.example",
    '"victim"@firm.example',
    "@relay.example:victim@firm.example",
    "victim%firm.example@relay.example",
    "firm.example!victim@relay.example",
    "victim@firm@relay.example",
    "v@[.cc",
    "v@[127.0.0.1]",
    "v@127.0.0.1",
    "v@b.,‹",
    "v@b.",
    "v@.b.cc",
    "v@b..cc",
    "v@-b.cc",
    "v@b-.cc",
    "v@b",
    ".v@b.cc",
    "v.@b.cc",
    "v..v@b.cc",
    "@b.cc",
    "v@b.cc\nBcc: other@b.cc",
    "ví@b.cc",
    "v@ñ.cc",
    "v" * 65 + "@b.cc",
    "v@" + "b." * (MOST // 2) + "cc",
    "",
]
GOOD = [VICTIM, "Ana.Perez-Lopez+pdp@firm-2.example.com.mx", "o'neil_&hijos@firm.example", "v@b.cc"]
SPELLINGS = ["{}@firm.example", "{}@FIRM.example", "{}+1@firm.example", ".{}@Firm.Example", "{}+2@FIRM.example"]


@pytest.mark.parametrize("address", HOSTILE + GOOD)
def test_an_address_is_one_bare_address(address: str) -> None:
    assert is_bare(address) == (address in GOOD)


@pytest.mark.parametrize("address", HOSTILE)
def test_no_other_text_comes_in_by_a_file_or_goes_to_a_partner(address: str) -> None:
    contact = Contact(name="Persona Ejemplo", email=address)
    assert "contact_email" in {fault.reason for fault in faults(profile(contact=contact), NOW.date())}
    if len(address) != 65 + len("@b.cc"):
        with pytest.raises(ValidationError):
            ContactBody(email=address)


def test_a_bare_address_is_taken_everywhere() -> None:
    for address in GOOD:
        assert [*faults(profile(contact=Contact(name="Persona Ejemplo", email=address)), NOW.date())] == []
        assert ContactBody(email=address).email == address


async def test_no_other_text_comes_in_by_a_request(stage: StageUnderTest) -> None:
    """Seen: some were 500 when the claim was there already."""
    firm = (await registered(stage))["id"]
    own = stage.headers("supplier", supplier_id=firm)
    for number, address in enumerate(HOSTILE, 1):
        body = BODY | {"contact": CONTACT | {"email": address}}
        async with calling_from(stage, f"192.0.2.{number}") as client:
            answers = [
                await client.post("/suppliers", json=body),
                await client.put(f"/suppliers/{firm}", json=body, headers=own | {"If-Match": "*"}),
                await client.post(f"/suppliers/{firm}/people", json={"email": address}, headers=own),
            ]
        assert [answer.status_code for answer in answers] == [422] * 3, address
    assert await stage.rows("SELECT count(*) AS claims FROM claim") == [{"claims": 1}]


def sent(to: str, kind: str = "confirmation") -> int:
    """How many mails of this kind went to somebody, by their name, whatever stands in it and around it."""
    files = Path(os.environ["PDP_MAIL_FOLDER"]).glob(f"*.{kind}.eml")
    messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return sum(to.partition("@")[0] in str(message["To"]).replace(".", "").lower() for message in messages)


def files_in(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


def calling_from(stage: StageUnderTest, address: str) -> httpx.AsyncClient:
    """Somebody at this address."""
    transport = stage.client._transport
    assert isinstance(transport, httpx.ASGITransport)
    return httpx.AsyncClient(transport=httpx.ASGITransport(transport.app, client=(address, 1)), base_url="http://test")


async def claimed_from(stage: StageUnderTest, address: str, times: int, email: str) -> list[str]:
    async with calling_from(stage, address) as client:
        body = BODY | {"contact": CONTACT | {"email": email}}
        return [(await client.post("/suppliers", json=body)).json()["id"] for _ in range(times)]


def anybody() -> str:
    """Whom no other test writes to."""
    return f"v{uuid4().hex}"


async def test_a_mailbox_is_limited_however_it_is_spelt(stage: StageUnderTest) -> None:
    name = anybody()
    for spelling in SPELLINGS:
        email = spelling.format(name).replace(".v", "v.", 1)
        await claimed_from(stage, "192.0.2.1", 3, email)
    assert sent(f"{name}@firm.example") == MAILS_AT_ONCE


async def test_one_caller_keeps_nobody_from_their_code_and_all_together_fill_no_mailbox(
    stage: StageUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seen: five claims that named a firm's mailbox kept the firm from its own code."""
    email = f"{anybody()}@firm.example"
    await claimed_from(stage, "192.0.2.1", MAILS_AT_ONCE * 2, email)
    [firm] = await claimed_from(stage, "198.51.100.7", 1, email)
    assert code_of(firm)
    for caller in range(2, 8):
        await claimed_from(stage, f"192.0.2.{caller}", MAILS_AT_ONCE, email)
    assert sent(email) == MAILS_AT_ONCE * CALLERS
    logged = capsys.readouterr().out
    assert "mail_withheld" in logged
    assert email not in logged


async def test_whoever_has_an_rfc_is_told_once_however_many_claim_it(stage: StageUnderTest) -> None:
    email = f"{anybody()}@firm.example"
    await registered(stage, contact=CONTACT | {"email": email})
    for _ in range(4):
        await registered(stage, contact=CONTACT | {"email": f"{anybody()}@firm.example"})
    await stage.rows("UPDATE timer SET at = now() WHERE kind = $1", DISPUTE_MAIL)
    await stage.post()
    assert sent(email, "dispute") == 1


@pytest.mark.parametrize("to", HOSTILE)
async def test_a_folder_takes_no_other_text_and_never_fails(tmp_path: Path, to: str) -> None:
    assert await FolderSender(tmp_path, "pdp@example.org").send(Mail("k", uuid4(), to, "s", "t")) == "refused"
    assert files_in(tmp_path) == []


async def test_a_folder_that_cannot_be_written_is_a_mail_that_goes_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sender = FolderSender(tmp_path / "file", "pdp@example.org")
    assert await sender.send(Mail("k", UUID(int=1), VICTIM, "s", "t")) == "failed"
