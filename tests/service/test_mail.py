"""Mail goes to a real server over a socket, or into a folder; of what fails nothing personal is logged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_string, policy
from pathlib import Path
from uuid import UUID

import pytest

from deploy.target.mail import code_for
from shared.service.mail import FolderSender, Mail, NoSender, SmtpSender

ABOUT = UUID(int=7)
CODE = "A-_9" * 8
MAIL = Mail(ABOUT, "persona@ejemplo.mx", "Confirme su registro", f"Su código:\n\n{CODE}\n\nSin él no pasa nada: ñ.")


class Server:
    """As much of SMTP as it takes to be given one message (RFC 5321, appendix D)."""

    def __init__(self, *refuses: bytes) -> None:
        self._refuses = refuses
        self.commands: list[str] = []
        self.message = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            self.commands.append(command)
            verb = command.partition(" ")[0].upper()
            if verb.encode() in self._refuses:
                writer.write(b"550 no\r\n")
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.message = (await reader.readuntil(b"\r\n.\r\n")).decode()[:-5]
                writer.write(b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 test\r\n")
        writer.close()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[SmtpSender]:
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        yield SmtpSender("127.0.0.1", port, "", "", "none", "pdp@example.org")


async def test_a_server_takes_it() -> None:
    server = Server()
    async with serving(server) as sender:
        assert await sender.send(MAIL)
    message = message_from_string(server.message, policy=policy.default)
    assert (message["To"], message["From"], message["Subject"]) == (MAIL.to, "pdp@example.org", MAIL.subject)
    assert CODE in message.get_content()
    assert "ñ" in message.get_content()
    assert any(command.upper().startswith("RCPT TO:<PERSONA@EJEMPLO.MX>") for command in server.commands)


@pytest.mark.parametrize("refused", [b"MAIL", b"RCPT", b"DATA"])
async def test_a_server_that_refuses_it_is_logged_without_whom_it_was_for(
    refused: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(Server(refused)) as sender:
        assert not await sender.send(MAIL)
    logged = capsys.readouterr().out
    assert "mail_not_sent" in logged
    assert str(ABOUT) in logged
    assert not any(secret in logged for secret in (MAIL.to, CODE, MAIL.subject))


async def test_a_server_that_is_away_and_none_at_all() -> None:
    async with serving(Server()) as sender:
        pass
    assert not await sender.send(MAIL)
    assert not await NoSender().send(MAIL)


@pytest.mark.parametrize("to", ["a@b.mx\nBcc: c@d.mx", "a@b.mx\r\n\r\nHello"])
async def test_an_address_is_one_header(to: str) -> None:
    server = Server()
    async with serving(server) as sender:
        assert not await sender.send(Mail(ABOUT, to, MAIL.subject, MAIL.text))
    assert server.message == ""


async def test_a_folder_keeps_it_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    assert await FolderSender(folder, "pdp@example.org").send(MAIL)
    file = folder / f"{ABOUT}.eml"
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert code_for(folder, ABOUT) == CODE
    with pytest.raises(LookupError):
        code_for(folder, UUID(int=8))
