"""Content that one reader alone opens: encrypted to their public key as JWE (RFC 7516), in its compact form.

One algorithm for each kind of key, ECDH-ES+A256KW or RSA-OAEP-256, and AES-256-GCM for the content (RFC 7518).
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, thumbprint

from shared.security import key_forms

PublicJwk = Mapping[str, str]
"""A public key as RFC 7517 writes it, of the members that count."""

PrivateKey = ECKey | RSAKey

ALGORITHMS: Final = {"EC": "ECDH-ES+A256KW", "RSA": "RSA-OAEP-256"}
ENCRYPTION: Final = "A256GCM"
CURVE: Final = "P-256"
RSA_BITS: Final = range(2048, 4096 + 1)
"""Shorter ones are broken within a key's life; longer ones cost each message more and protect no better what is AES."""
EXPONENT: Final = 65_537

_KINDS: Final[Mapping[str, type[ECKey] | type[RSAKey]]] = {"EC": ECKey, "RSA": RSAKey}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
_OPERATIONS: Final = frozenset({"encrypt", "wrapKey", "deriveKey", "deriveBits"})
_KEY_ID: Final = re.compile(r"[!-~]{1,100}")
_BROKEN = (JoseError, ValueError, TypeError, KeyError, RecursionError, UnsupportedAlgorithm)
"""What a key or a message that is none can raise."""


class KeyRefusedError(ValueError):
    """Nothing may be encrypted with this key. `code` says why, and what to do, in the catalogues' words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotOpenedError(Exception):
    """None of the keys opens this."""

    def __init__(self, key_id: str) -> None:
        super().__init__(key_id)
        self.key_id = key_id


def public_key(given: object) -> PublicJwk:
    """The key with the members that count alone, after something was encrypted with it. Raises KeyRefusedError.

    It is a JWK, or the text of a file: of a JWK, or of what openssl writes (PEM), whose name is then its thumbprint
    (RFC 7638).
    """
    if isinstance(given, str):
        given = _of_text(given)
    if isinstance(given, dict) and "keys" in given:
        _refuse("field.key_set")
    if not isinstance(given, dict) or not isinstance(given.get("kty"), str):
        _refuse("field.key_malformed")
    kind = given["kty"]
    if kind == "oct":
        _refuse("field.key_symmetric")
    if _PRIVATE & given.keys():
        _refuse("field.key_private")
    if kind not in ALGORITHMS or (kind == "EC" and given.get("crv") != CURVE):
        _refuse("field.key_kind")
    if not isinstance(given.get("kid"), str) or not _KEY_ID.fullmatch(given["kid"]):
        _refuse("field.key_id")
    if not _is_for_encryption(given):
        _refuse("field.key_use")
    if given.get("alg", ALGORITHMS[kind]) != ALGORITHMS[kind]:
        _refuse("field.key_algorithm")
    key = {"kty": kind, "kid": given["kid"], "use": "enc", "alg": ALGORITHMS[kind], **_numbers(given)}
    _try(key)
    return key


def read_public(file: bytes) -> PublicJwk:
    """The public key in a file. Raises KeyRefusedError."""
    if fault := key_forms.file_fault(file):
        _refuse(fault)
    try:
        text = file.decode()
    except ValueError as error:
        raise KeyRefusedError("field.key_malformed") from error
    return public_key(text)


def read_private(file: bytes) -> PrivateKey:
    """The private key in a file: a JWK, or PEM. Raises KeyRefusedError."""
    if fault := key_forms.encoding_fault(file):
        _refuse(fault)
    labels = key_forms.labels(file.decode("latin-1"))
    if len(labels) > 1:
        _refuse("field.key_several")
    try:
        if not labels:
            given = json.loads(file)
            key = _KINDS[given["kty"]].import_key(given)
        else:
            loaded: Any = load_pem_private_key(file, None)
            key = (RSAKey if isinstance(loaded, RSAPrivateKey) else ECKey).import_key(loaded)
    except _BROKEN as error:
        # What openssl says of a password that is wanted is a TypeError, and of nothing else.
        code = "field.key_locked" if labels and isinstance(error, TypeError) else "field.key_not_private"
        raise KeyRefusedError(code) from error
    if not key.is_private:
        _refuse("field.key_not_private")
    return key


def encrypted(content: bytes, key: PublicJwk) -> str:
    """The content, which only who has the private key opens. A quarter of a millisecond."""
    algorithm = key["alg"]
    header = {"alg": algorithm, "enc": ENCRYPTION, "kid": key["kid"], "cty": "application/json"}
    return jwe.encrypt_compact(header, content, _loaded(json.dumps(dict(key))), algorithms=[algorithm, ENCRYPTION])


def decrypted(message: str, keys: Iterable[PrivateKey]) -> bytes:
    """What was encrypted to one of these. Raises NotOpenedError.

    Each is tried: a file that openssl wrote does not say by what name its key is known.
    """
    for key in keys:
        try:
            found = jwe.decrypt_compact(message, key, algorithms=[ALGORITHMS[key.key_type], ENCRYPTION])
        except _BROKEN:
            continue
        if found.plaintext is not None:
            return found.plaintext
    raise NotOpenedError(key_id(message))


def key_id(message: str) -> str:
    """With which key it is encrypted, as its header says; nothing where that says none."""
    try:
        found = json.loads(urlsafe_b64decode(message.partition(".")[0] + "=="))["kid"]
    except _BROKEN:
        return ""
    return found if isinstance(found, str) else ""


def _is_for_encryption(given: Mapping[str, Any]) -> bool:
    operations = given.get("key_ops")
    if "use" in given and given["use"] != "enc":
        return False
    if operations is None:
        return "use" in given
    return isinstance(operations, list) and any(each in _OPERATIONS for each in operations if isinstance(each, str))


def _numbers(given: Mapping[str, Any]) -> PublicJwk:
    """What the key is made of, each number written in the one way in which the standard has it."""
    binding: Any = _KINDS[given["kty"]].binding
    try:
        key = binding.import_public_key(given)
        found: PublicJwk = binding.export_public_key(key)
    except _BROKEN as error:
        raise KeyRefusedError("field.key_malformed") from error
    if isinstance(key, RSAPublicKey) and not (key.key_size in RSA_BITS and key.public_numbers().e == EXPONENT):
        _refuse("field.key_size")
    return found


def _try(key: PublicJwk) -> None:
    try:
        encrypted(b"{}", key)
    except _BROKEN as error:
        raise KeyRefusedError("field.key_malformed") from error


def _of_text(text: str) -> object:
    try:
        if fault := key_forms.text_fault(text):
            _refuse(fault)
        return _of_pem(text.encode()) if key_forms.labels(text) else json.loads(text)
    except KeyRefusedError:
        raise
    except _BROKEN as error:
        raise KeyRefusedError("field.key_malformed") from error


def _of_pem(text: bytes) -> dict[str, Any]:
    key = load_pem_public_key(text)
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        return {"kty": "of another kind"}
    kind = "RSA" if isinstance(key, RSAPublicKey) else "EC"
    binding: Any = _KINDS[kind].binding
    found = {"kty": kind, **binding.export_public_key(key)}
    return found | {"kid": thumbprint(found), "use": "enc"}


@lru_cache(maxsize=256)
def _loaded(key: str) -> PrivateKey:
    given = json.loads(key)
    return _KINDS[given["kty"]].import_key(given)


def _refuse(code: str) -> NoReturn:
    raise KeyRefusedError(code)
