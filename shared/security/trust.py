"""Whose certificates are believed, when one of ours calls over TLS."""

import ssl
from functools import cache

import httpx


@cache
def trust(ca_file: str = "") -> ssl.SSLContext:
    """Who is in this file, or else whom httpx trusts. Made once: reading the roots takes 20 ms, longer than a call.

    Raises OSError for a file that is none.
    """
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
