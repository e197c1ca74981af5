"""A cheap load: `python -m tests.bench.load port clients first requests` posts firms over connections that stay open.

Prints one line of JSON: seconds, and how many were answered with 202.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

import uvloop

from tests.registration.suppliers import body

TAKEN = b"HTTP/1.1 202"


def request(number: int) -> bytes:
    content = json.dumps(body(number)).encode()
    head = (
        f"POST /suppliers HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    )
    return head.encode() + b"\r\n\r\n" + content


async def client(port: int, requests: Iterator[bytes]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    created = 0
    for each in requests:
        writer.write(each)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        created += head.startswith(TAKEN)
    writer.close()
    return created


async def main(port: int, clients: int, first: int, requests: int) -> None:
    made = iter([request(first + number) for number in range(requests)])
    started = time.perf_counter()
    created = sum(await asyncio.gather(*(client(port, made) for _ in range(clients))))
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - started, "created": created}))


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:])))
