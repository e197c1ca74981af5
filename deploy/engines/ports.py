"""Loopback TCP ports: the wanted one if it is free, else another that stays free until it is bound."""

from __future__ import annotations

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the ephemeral ranges of Linux (32768+) and macOS (49152+): the kernel hands those ports to outgoing
# connections, so one of them can be gone in the seconds between this check and an engine's own bind.
FALLBACK_PORTS = range(20_000, 32_000)
FALLBACK_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections in TIME_WAIT from an earlier run do not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port(preferred: int = 0) -> int:
    """The preferred port if it is free, else a random free one (always random when ``preferred`` is 0).

    Raises ``OSError`` when no free port turns up.
    """
    if preferred and is_free(preferred):
        return preferred
    for port in random.sample(FALLBACK_PORTS, FALLBACK_ATTEMPTS):
        if is_free(port):
            return port
    raise OSError(f"no free port among {FALLBACK_ATTEMPTS} tried in {FALLBACK_PORTS}")


def accepts(port: int, timeout: float = 0.25) -> bool:
    """Whether something accepts connections on this loopback port; waits at most ``timeout`` seconds."""
    try:
        socket.create_connection((LOOPBACK, port), timeout).close()
    except OSError:
        return False
    return True
