"""Mail goes to a real server over a socket, or into a folder; of what fails nothing personal is logged."""

import asyncio
from dataclasses import replace
from email import message_from_string, policy
from pathlib import Path
from ssl import Purpose, SSLContext, create_default_context
from uuid import UUID

import pytest

from deploy.compose.certificates import Authority
from deploy.target.mail import code_for
from shared.runtime.database import SESSION_IDLE_TIMEOUT_MS
from shared.service import mail
from shared.service.mail import FolderSender, Mail, NoSender
from tests.service.smtp import Server, serving

ABOUT = UUID(int=7)
CODE = "A-_9" * 8
TEXT = f"Su código:\n\n{CODE}\n\nSin él no pasa nada: ñ."
MAIL = Mail("confirmation", ABOUT, "persona@ejemplo.mx", "Confirme su registro", TEXT)


async def test_a_server_takes_it() -> None:
    server = Server()
    async with serving(server) as sender:
        assert await sender.send(MAIL) == "sent"
    message = message_from_string(server.message, policy=policy.default)
    assert (message["To"], message["From"], message["Subject"]) == (MAIL.to, "pdp@example.org", MAIL.subject)
    assert CODE in message.get_content()
    assert "ñ" in message.get_content()
    assert any(command.upper().startswith("RCPT TO:<PERSONA@EJEMPLO.MX>") for command in server.commands)


LINK = f"https://portal.example.mx/news/stop?subscription={ABOUT}&secret={'x' * 60}"
LINKED = replace(MAIL, subject="Señas de su programa, " * 5 + "y fin", text=f"Señor:\n\n{LINK}\n", stop=LINK)


@pytest.mark.parametrize("takes_8bit", [True, False])
async def test_a_link_stays_in_one_piece(takes_8bit: bool, tmp_path: Path) -> None:
    """What stops mail is a header that mail software reads (RFC 8058); folded or encoded, it would stop nothing."""
    server = Server(takes_8bit=takes_8bit)
    async with serving(server) as sender:
        assert await sender.send(LINKED) == "sent"
    await FolderSender(tmp_path, "Programa <pdp@example.org>").send(LINKED)
    kept = (tmp_path / f"{ABOUT}.{LINKED.kind}.eml").read_text(encoding="utf-8")
    for message in (server.message.replace("\r\n", "\n"), kept):
        lines = message.splitlines()
        assert f"List-Unsubscribe: <{LINK}>" in lines
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
        assert (LINK in lines) == (takes_8bit or message is kept)
        read = message_from_string(message, policy=policy.default)
        assert LINK in read.get_content()
        assert read["Subject"] == LINKED.subject
    assert ("BODY=8BITMIME" in " ".join(server.commands)) == takes_8bit


@pytest.mark.parametrize(
    ("refused", "reply", "outcome"),
    [
        (b"MAIL", b"550 no", "failed"),
        (b"DATA", b"550 no", "failed"),
        (b"RCPT", b"450 later", "failed"),
        # Of the server, or of us: no fault of the address.
        (b"RCPT", b"550 no", "failed"),
        (b"RCPT", b"554 5.7.1 relay access denied", "failed"),
        (b"RCPT", b"550 5.7.1 listed", "failed"),
        (b"RCPT", b"550 5.1.8 sender unknown", "failed"),
        (b"RCPT", b"552 5.2.2 full", "failed"),
        # There is no such address: no other try changes that.
        (b"RCPT", b"550 5.1.1 no", "refused"),
        (b"RCPT", b"551 5.1.6 moved", "refused"),
        (b"RCPT", b"553 5.1.3 no address", "refused"),
    ],
)
async def test_a_server_that_refuses_it_is_logged_without_whom_it_was_for(
    refused: bytes, reply: bytes, outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(Server(refused, reply=reply)) as sender:
        assert await sender.send(MAIL) == outcome
    logged = capsys.readouterr().out
    assert "mail_not_sent" in logged
    assert str(ABOUT) in logged
    assert not any(secret in logged for secret in (MAIL.to, CODE, MAIL.subject))


async def test_a_server_that_is_away_and_none_at_all() -> None:
    async with serving(Server()) as sender:
        pass
    assert await sender.send(MAIL) == "failed"
    assert await NoSender().send(MAIL) == "failed"


@pytest.mark.parametrize("drips", ["", "EHLO", "MAIL", "RCPT", "DATA", "."])
async def test_a_server_that_drips_its_reply_holds_a_mail_no_longer_than_any(
    drips: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step had its own limit: some ten of them came to minutes, and every other mail waited behind it."""
    monkeypatch.setattr(mail, "EXCHANGE_S", 0.2)
    server = Server(drips=drips)
    async with serving(server) as sender, asyncio.timeout(5):
        assert await sender.send(MAIL) == "failed"
        await server.left.wait()


async def test_a_mail_that_was_taken_is_sent_however_its_server_says_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "GOODBYE_S", 0.05)
    server = Server(drips="QUIT")
    async with serving(server) as sender, asyncio.timeout(5):
        assert await sender.send(MAIL) == "sent"
        await server.left.wait()
    assert CODE in server.text


def test_a_mail_takes_less_than_a_leaders_session_may_be_silent() -> None:
    assert int(SESSION_IDLE_TIMEOUT_MS) > (mail.EXCHANGE_S + mail.GOODBYE_S) * 1000


async def test_a_certificate_that_does_not_hold_is_a_mail_that_goes_again(tmp_path: Path) -> None:
    """Its error is a ValueError too, as that of an address that is none."""
    server = Server(tls=of_an_unknown_authority(tmp_path))
    async with serving(server) as sender:
        assert await replace(sender, tls="starttls").send(MAIL) == "failed"
    assert server.commands[-1].upper() == "STARTTLS"


def of_an_unknown_authority(folder: Path) -> SSLContext:
    files = folder / "key.pem", folder / "certificate.pem"
    identity = Authority(folder).issue("mail", ["127.0.0.1"])
    for file, text in zip(files, (identity.key, identity.certificate), strict=True):
        file.write_text(text)
    context = create_default_context(Purpose.CLIENT_AUTH)
    context.load_cert_chain(files[1], files[0])
    return context


@pytest.mark.parametrize("to", ["a@b.mx\nBcc: c@d.mx", "a@b.mx\r\n\r\nHello"])
async def test_an_address_is_one_header(to: str) -> None:
    server = Server()
    async with serving(server) as sender:
        assert await sender.send(Mail("confirmation", ABOUT, to, MAIL.subject, MAIL.text)) == "refused"
    assert server.message == ""


async def test_a_folder_keeps_it_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    assert await FolderSender(folder, "pdp@example.org").send(MAIL) == "sent"
    file = folder / f"{ABOUT}.confirmation.eml"
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert code_for(folder, ABOUT) == CODE
    with pytest.raises(LookupError):
        code_for(folder, UUID(int=8))
