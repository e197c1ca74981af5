"""What a file is that holds no public key as one is read here: the code of its fault, in the catalogues' words."""

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key
from cryptography.x509 import load_der_x509_certificate

_LABEL: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")
_OF_SSH: Final = ("ssh-", "ecdsa-sha2-", "sk-", "---- BEGIN SSH2")
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"-\0", b"\0-", b"{\0", b"\0{")
"""How text of two bytes a letter begins: with its mark, or with what a PEM file or a JWK begins with."""

_PSS: Final = bytes.fromhex("06092a864886f70d01010a")
"""The object identifier 1.2.840.113549.1.1.10, as DER has it."""
_ALGORITHM_BYTES: Final = 20
"""Of a public key that begins with two lengths of at most four bytes each, and then this."""


def labels(text: str) -> list[str]:
    """What the parts of a PEM file say that they are; the curve that openssl writes before a key is none."""
    return [each for each in _LABEL.findall(text) if not each.endswith("PARAMETERS")]


def encoding_fault(file: bytes) -> str | None:
    """What is wrong with these bytes as text, whatever key it may say."""
    if file.startswith(_WIDE):
        return "field.key_utf16"
    if file.startswith(b"\xef\xbb\xbf"):
        return "field.key_bom"
    return None if file.strip() else "field.key_empty"


def file_fault(file: bytes) -> str | None:
    """What is wrong with a file before anybody reads its text."""
    return encoding_fault(file) or _of_der(file)


def text_fault(text: str) -> str | None:
    """What is wrong with a text, where it is plainly another thing than a public key."""
    if fault := encoding_fault(text.encode()):
        return fault
    found = labels(text)
    if any("PRIVATE KEY" in each for each in found):
        return "field.key_private"
    if text.lstrip().startswith(_OF_SSH) or any("PGP" in each for each in found):
        return "field.key_ssh"
    if any("CERTIFICATE REQUEST" in each for each in found):
        return "field.key_request"
    if found and all("CERTIFICATE" in each for each in found):
        return "field.key_certificate"
    if len(found) > 1:
        return "field.key_several"
    if found == ["PUBLIC KEY"] and _signs_alone(text):
        return "field.key_pss"
    return "field.key_bare" if not found and _is_bare(text) else None


def _signs_alone(text: str) -> bool:
    """Whether the key says that it is for RSA-PSS: cryptography loads it as any of RSA and forgets that."""
    try:
        return _PSS in b64decode("".join(text.split("-----")[2].split()))[:_ALGORITHM_BYTES]
    except (IndexError, ValueError):
        return False


def _of_der(file: bytes) -> str | None:
    kinds: dict[str, Callable[[bytes], object]] = {
        "field.key_der": load_der_public_key,
        "field.key_private": lambda given: load_der_private_key(given, None),
        "field.key_certificate": load_der_x509_certificate,
    }
    return next((code for code, load in kinds.items() if _loads(load, file)), None)


def _is_bare(text: str) -> bool:
    """A PEM file without its first and last line."""
    try:
        return _of_der(b64decode("".join(text.split()), validate=True)) is not None
    except ValueError:
        return False


def _loads(load: Callable[[bytes], object], file: bytes) -> bool:
    try:
        load(file)
    except TypeError:  # A private key with a password.
        return True
    except Exception:  # noqa: BLE001 - what it is not, each says in its own way
        return False
    return True
