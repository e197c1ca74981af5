"""Files that partners send by mistake in place of their public key, and the fault that each has."""

import base64
import json
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import ECKey

_OWN: Final = generate_private_key(SECP256R1())
_NAME: Final = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Banco Ejemplo")])
_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


def private(form: PrivateFormat, encoding: Encoding = Encoding.PEM, password: bytes | None = None) -> bytes:
    locked = NoEncryption() if password is None else BestAvailableEncryption(password)
    return _OWN.private_bytes(encoding, form, locked)


def public(encoding: Encoding = Encoding.PEM, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return _OWN.public_key().public_bytes(encoding, form)


def _certificate(encoding: Encoding) -> bytes:
    built = x509.CertificateBuilder(_NAME, _NAME, _OWN.public_key(), 1, _DAY, _DAY)
    return built.sign(_OWN, SHA256()).public_bytes(encoding)


def _request() -> bytes:
    return x509.CertificateSigningRequestBuilder(_NAME).sign(_OWN, SHA256()).public_bytes(Encoding.PEM)


def _jwk(**other: object) -> dict[str, Any]:
    return {**ECKey.import_key(_OWN).as_dict(private=False), "kid": "2026", "use": "enc", **other}


_PSS: Final = (
    b"-----BEGIN PUBLIC KEY-----\n"
    b"MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBALUetjkoVs5ULauVfSBu4h8w\n"
    b"48DhgFVpNVrFZekSK29/q6eNAZi17sgEWgYu1nQS2rGK/KXT0tIewA62Sden+pO2\n"
    b"WHP7KHF7tGLVY5J8ZcvWPeFfZGIN2TGHrlL57kOOHYatemoO+xwPa+jbwnzGlyQZ\n"
    b"BhOLz73YoyTuSIhwiZK0yZF+2ygB7PZyg7oKfm3sbJgoZqe9d8TC3/mR68CqytUJ\n"
    b"JSSsmnJ5IE7dT5wF9ZGhNurLkxnqmwN8J6TEOll64JlfWtIQYugmggoojE7r9ur7\n"
    b"4Z1sC0AcEUAz2LAI8+DK08Ob1SVYPUrizIxO1vqlP1QaTFOcTkroRMXq5I8AYLEC\n"
    b"AwEAAQ==\n"
    b"-----END PUBLIC KEY-----\n"
)
"""As `openssl genpkey -algorithm RSA-PSS` makes one: cryptography writes none."""

SEC1: Final = PrivateFormat.TraditionalOpenSSL
PKCS8: Final = PrivateFormat.PKCS8

WRONG: Final[dict[str, tuple[bytes, str]]] = {
    "nothing": (b" \n", "empty"),
    "a word": (b"clave", "malformed"),
    "no text": (b"\xff\x00", "malformed"),
    "a curve that nobody reads": (
        (
            b"-----BEGIN PUBLIC KEY-----\nMFUwEwYHKoZIzj0CAQYIKoZIzj0DAQQDPgAES0uoU/nGLzgk9T9UNIMoetJrZhSw\n"
            b"0vETSqK30kZUJW2VmEQOkEoDa5z/nke1pzrQ6+eLTfTiMIc6FpiT\n-----END PUBLIC KEY-----\n"
        ),
        "malformed",
    ),
    "no end": (b"-----BEGIN PUBLIC KEY-----", "malformed"),
    "nested without end": (b"[" * 100_000, "malformed"),
    "a mark before it": (b"\xef\xbb\xbf" + public(), "bom"),
    "a JWK with a mark": (b"\xef\xbb\xbf" + json.dumps(_jwk()).encode(), "bom"),
    "what PowerShell writes": (public().decode().encode("utf-16"), "utf16"),
    "two bytes a letter": (public().decode().encode("utf-16-be"), "utf16"),
    "binary": (public(Encoding.DER), "der"),
    "no first line": (b"".join(public().splitlines(keepends=True)[1:-1]), "bare"),
    "a certificate": (_certificate(Encoding.PEM), "certificate"),
    "a chain": (_certificate(Encoding.PEM) * 2, "certificate"),
    "a binary certificate": (_certificate(Encoding.DER), "certificate"),
    "a request": (
        x509.CertificateSigningRequestBuilder(_NAME).sign(_OWN, SHA256()).public_bytes(Encoding.PEM),
        "request",
    ),
    "two keys": (public() * 2, "several"),
    "a key and its certificate": (public() + _certificate(Encoding.PEM), "several"),
    "a set": (json.dumps({"keys": [_jwk(), _jwk(kid="2027")]}).encode(), "set"),
    "a list": (json.dumps([_jwk()]).encode(), "malformed"),
    "of SSH": (public(Encoding.OpenSSH, PublicFormat.OpenSSH), "ssh"),
    "of OpenPGP": (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n", "ssh"),
    "private": (private(PKCS8), "private"),
    "private of before": (private(SEC1), "private"),
    "private with a password": (private(PKCS8, password=b"secreto"), "private"),
    "private of SSH": (private(PrivateFormat.OpenSSH), "private"),
    "private and binary": (private(PKCS8, Encoding.DER), "private"),
    "private and public": (public() + private(PKCS8), "private"),
    "a chain of another form": (json.dumps(_jwk(x="AAAA", x5c=["?" * 9_000, 5])).encode(), "malformed"),
    "a private JWK": (json.dumps(ECKey.import_key(_OWN).as_dict(private=True)).encode(), "private"),
    "no name": (json.dumps({**_jwk(), "kid": None}).encode(), "id"),
    "one that signs": (json.dumps(_jwk(use="sig")).encode(), "use"),
    "of RSA that signs alone": (_PSS, "pss"),
    "base64 of binary": (base64.b64encode(public(Encoding.DER)), "bare"),
}
"""Each file, and the end of the code `field.key_…`."""


def private_pss() -> bytes:
    """As `openssl genpkey -algorithm RSA-PSS` makes one: cryptography writes none, and reads it as any of RSA."""
    der = rsa.generate_private_key(65_537, 2048).private_bytes(Encoding.DER, PKCS8, NoEncryption())
    any_rsa, pss = (bytes.fromhex(f"300{each}") for each in ("d06092a864886f70d0101010500", "b06092a864886f70d01010a"))
    body = base64.b64encode(b"\x30\x82" + (len(der) - 6).to_bytes(2, "big") + der[4:].replace(any_rsa, pss, 1))
    return b"-----BEGIN PRIVATE KEY-----\n" + body + b"\n-----END PRIVATE KEY-----\n"
