"""To which keys something is encrypted, to which not, and who opens it."""

import json
import warnings
from typing import Any

import pytest
from joserfc import jwe as standard
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from shared.security import jwe
from shared.security.jwe import KeyRefusedError, NotOpenedError

FOR_US = {"kid": "k-1", "use": "enc"}
KEYS: dict[str, ECKey | RSAKey] = {"EC": ECKey.generate_key("P-256"), "RSA": RSAKey.generate_key(2048)}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    WEAK = RSAKey.generate_key(1024)


def jwk(key: Key = KEYS["EC"], **other: object) -> dict[str, Any]:
    return {**key.as_dict(private=False), **FOR_US, **other}


def without(given: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in given.items() if each != name}


REFUSED: dict[str, tuple[object, str]] = {
    "no object": ([], "malformed"),
    "a set": ({"keys": [jwk()]}, "malformed"),
    "a point on no curve": (jwk(x="AAAA"), "malformed"),
    "no point": (without(jwk(), "y"), "malformed"),
    "a number": (jwk(KEYS["RSA"], n=5), "malformed"),
    "other letters": (jwk(y="ñ"), "malformed"),
    "a private EC": ({**KEYS["EC"].as_dict(private=True), **FOR_US}, "private"),
    "a private RSA": ({**KEYS["RSA"].as_dict(private=True), **FOR_US}, "private"),
    "symmetric": ({**OctKey.generate_key(256).as_dict(private=True), **FOR_US}, "symmetric"),
    "X25519": (jwk(OKPKey.generate_key("X25519")), "kind"),
    "P-384": (jwk(ECKey.generate_key("P-384")), "kind"),
    "RSA of 1024": (jwk(WEAK), "size"),
    "RSA that is too long": (jwk(KEYS["RSA"], n="_" * 800), "size"),
    "RSA with exponent 3": (jwk(KEYS["RSA"], e="Aw"), "size"),
    "no name": (without(jwk(), "kid"), "id"),
    "a name that no header takes": (jwk(kid="mi clave"), "id"),
    "no use": (without(jwk(), "use"), "use"),
    "one that signs": (jwk(use="sig"), "use"),
    "operations that sign": (without(jwk(key_ops=["verify"]), "use"), "use"),
    "RSA 1.5": (jwk(KEYS["RSA"], alg="RSA1_5"), "algorithm"),
    "RSA-OAEP by SHA-1": (jwk(KEYS["RSA"], alg="RSA-OAEP"), "algorithm"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_key_that_does_not_do_is_refused_and_said_why(name: str) -> None:
    given, why = REFUSED[name]
    with pytest.raises(KeyRefusedError) as refused:
        jwe.public_key(given)
    assert refused.value.code == f"field.key_{why}"
    if name != "no object":
        with pytest.raises(KeyRefusedError) as refused:
            jwe.read_public(json.dumps(given).encode())
        assert refused.value.code == f"field.key_{why}"


@pytest.mark.parametrize("kind", KEYS)
def test_what_is_encrypted_says_with_which_key_and_is_opened_with_it_alone(kind: str) -> None:
    key, other = KEYS[kind], ECKey.generate_key("P-256")
    message = jwe.encrypted(b'{"a":1}', jwe.public_key(jwk(key)))
    header = standard.decrypt_compact(message, key, algorithms=[jwe.ALGORITHMS[kind], "A256GCM"]).headers()
    expected = {"alg": jwe.ALGORITHMS[kind], "enc": "A256GCM", "kid": "k-1", "cty": "application/json"}
    assert expected.items() <= header.items()
    for file in (key.as_pem(private=True), json.dumps(key.as_dict(private=True)).encode()):
        assert jwe.decrypted(message, [other, jwe.read_private(file)]) == b'{"a":1}'
    with pytest.raises(NotOpenedError) as closed:
        jwe.decrypted(message, [other])
    assert closed.value.key_id == "k-1"
    with pytest.raises(NotOpenedError):
        jwe.decrypted(message[:-2], [key])


@pytest.mark.parametrize("kind", KEYS)
def test_a_file_of_openssl_is_named_by_its_thumbprint(kind: str) -> None:
    key = KEYS[kind]
    found = jwe.read_public(key.as_pem(private=False))
    assert found == jwe.public_key(jwk(key, kid=key.thumbprint()))


def test_the_operations_of_a_key_say_its_use_too() -> None:
    assert jwe.public_key(without(jwk(key_ops=["deriveKey"]), "use")) == jwe.public_key(jwk())


@pytest.mark.parametrize(
    "text",
    [b"\xff", b"[]", b"-----BEGIN PUBLIC KEY-----", KEYS["EC"].as_pem(private=False)],
    ids=["no text", "a list", "no end", "public"],
)
def test_what_is_no_private_key_opens_nothing(text: bytes) -> None:
    with pytest.raises(KeyRefusedError, match=r"field\.key_not_private"):
        jwe.read_private(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"\xff\x00", "malformed"),
        (b"-----BEGIN PUBLIC KEY-----", "malformed"),
        (KEYS["RSA"].as_pem(private=True), "private"),
        (OKPKey.generate_key("Ed25519").as_pem(private=False), "kind"),
        (ECKey.generate_key("P-384").as_pem(private=False), "kind"),
        (WEAK.as_pem(private=False), "size"),
    ],
    ids=["no text", "no end", "private", "Ed25519", "P-384", "weak"],
)
def test_a_file_that_does_not_do_is_refused_and_said_why(text: bytes, why: str) -> None:
    with pytest.raises(KeyRefusedError) as refused:
        jwe.read_public(text)
    assert refused.value.code == f"field.key_{why}"


@pytest.mark.parametrize("message", ["", "a.b", "e30.a.b.c.d", "W10.a.b.c.d", "eyJraWQiOjF9.a"])
def test_a_message_that_names_no_key_is_none_that_opens(message: str) -> None:
    assert jwe.key_id(message) == ""
    with pytest.raises(NotOpenedError):
        jwe.decrypted(message, [*KEYS.values()])
