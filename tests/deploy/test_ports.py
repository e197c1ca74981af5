"""Ports: the wanted one if it is free, else another."""

import socket

from deploy.engines.ports import FALLBACK_PORTS, accepts, free_port, is_free


def test_a_free_port_is_taken_as_wanted() -> None:
    wanted = free_port()
    assert free_port(wanted) == wanted
    assert not accepts(wanted)


def test_a_taken_port_is_replaced_by_one_outside_the_ephemeral_range() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
        assert accepts(taken)
        other = free_port(taken)
    assert other != taken
    assert other in FALLBACK_PORTS
