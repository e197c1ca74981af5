"""A server that takes mail, over a real socket."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import message_from_string, policy
from itertools import cycle
from ssl import SSLContext, SSLError

from shared.service.mail import SmtpSender


class Server:
    """As much of SMTP as it takes to be given one message (RFC 5321, appendix D)."""

    def __init__(
        self,
        *refuses: bytes,
        reply: bytes = b"550 5.1.1 no",
        tls: SSLContext | None = None,
        drips: str | None = None,
        takes_8bit: bool = False,
    ) -> None:
        """`drips`: the command whose reply never ends; of none its greeting, and `.` is the message itself."""
        self._refuses = refuses
        self._reply = reply
        self._tls = tls
        self._drips = drips
        self._extension = b"STARTTLS" if tls else b"8BITMIME" if takes_8bit else b""
        self.commands: list[str] = []
        self.message = ""
        self.left = asyncio.Event()
        """Whoever spoke to it has gone."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        finally:
            self.left.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._drips == "":
            await self._drip(writer)
            return
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            self.commands.append(command)
            verb = command.partition(" ")[0].upper()
            if verb == self._drips:
                await self._drip(writer)
                break
            if verb.encode() in self._refuses:
                writer.write(self._reply + b"\r\n")
            elif verb == "EHLO" and self._extension:
                writer.write(b"250-test\r\n250 " + self._extension + b"\r\n")
            elif verb == "STARTTLS" and self._tls is not None:
                writer.write(b"220 go on\r\n")
                with suppress(ConnectionError, SSLError):
                    await writer.start_tls(self._tls)
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.message = (await reader.readuntil(b"\r\n.\r\n")).decode()[:-5]
                if self._drips == ".":
                    await self._drip(writer)
                    break
                # A dot after the message: it was taken, and its sender never hears of it.
                writer.write(self._reply + b"\r\n" if b"." in self._refuses else b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 test\r\n")
        writer.close()

    async def _drip(self, writer: asyncio.StreamWriter) -> None:
        """Lines of a reply that goes on, a byte at a time: whoever waits for each of them waits for ever."""
        with suppress(ConnectionError):
            for byte in cycle(b"250-more\r\n"):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.005)

    @property
    def text(self) -> str:
        """What the message says."""
        return str(message_from_string(self.message, policy=policy.default).get_content())

    @property
    def code(self) -> str:
        """The one-time code in it."""
        found = re.search(r"^[\w-]{32}$", self.text.replace("\r", ""), re.MULTILINE)
        assert found is not None, self.text
        return found[0]


@asynccontextmanager
async def serving(server: Server, port: int = 0) -> AsyncIterator[SmtpSender]:
    """A sender that speaks to it; at a port of its own unless one is given."""
    async with await asyncio.start_server(server.serve, "127.0.0.1", port) as listening:
        listens = listening.sockets[0].getsockname()[1]
        yield SmtpSender("127.0.0.1", listens, "", "", "none", "pdp@example.org")
