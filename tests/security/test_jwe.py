"""To which keys something is encrypted, to which not, and who opens it."""

import json
import re
import shlex
import subprocess
import warnings
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwe as standard
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from shared.i18n import Catalogue
from shared.security import jwe
from shared.security.jwe import KeyRefusedError, NotOpenedError
from tests.security.wrong_keys import PKCS8, SEC1, WRONG, private

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
    "a set": ({"keys": [jwk()]}, "set"),
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


@pytest.mark.parametrize("form", [PKCS8, SEC1], ids=["PKCS 8", "SEC 1"])
@pytest.mark.parametrize("kind", KEYS)
def test_a_private_key_is_read_in_each_form_that_openssl_writes(form: PrivateFormat, kind: str) -> None:
    of_kind: Any = KEYS[kind].private_key
    file = of_kind.private_bytes(Encoding.PEM, form, NoEncryption())
    assert jwe.read_private(file).thumbprint() == KEYS[kind].thumbprint()
    if kind == "EC":
        curve = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        assert jwe.read_private(curve + file).thumbprint() == KEYS[kind].thumbprint()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"\xff", "not_private"),
        (b"[]", "not_private"),
        (b"-----BEGIN PUBLIC KEY-----", "not_private"),
        (KEYS["EC"].as_pem(private=False), "not_private"),
        (private(PrivateFormat.OpenSSH), "not_private"),
        (private(PKCS8, password=b"secreto"), "locked"),
        (private(SEC1, password=b"secreto"), "locked"),
        (private(PKCS8) * 2, "several"),
        (b"\xef\xbb\xbf" + private(PKCS8), "bom"),
        (private(PKCS8).decode().encode("utf-16"), "utf16"),
        (b"", "empty"),
    ],
    ids=[
        "no text",
        "a list",
        "no end",
        "public",
        "SSH",
        "PKCS 8 locked",
        "SEC 1 locked",
        "two",
        "mark",
        "wide",
        "none",
    ],
)
def test_what_is_no_private_key_opens_nothing(text: bytes, why: str) -> None:
    with pytest.raises(KeyRefusedError) as refused:
        jwe.read_private(text)
    assert refused.value.code == f"field.key_{why}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *WRONG.values(),
        (KEYS["RSA"].as_pem(private=True), "private"),
        (OKPKey.generate_key("Ed25519").as_pem(private=False), "kind"),
        (ECKey.generate_key("P-384").as_pem(private=False), "kind"),
        (WEAK.as_pem(private=False), "size"),
    ],
    ids=[*WRONG, "private RSA", "Ed25519", "P-384", "weak"],
)
def test_a_file_that_does_not_do_is_refused_and_said_why(text: bytes, why: str) -> None:
    with pytest.raises(KeyRefusedError) as refused:
        jwe.read_public(text)
    assert refused.value.code == f"field.key_{why}"


def test_what_the_words_about_a_wrong_file_have_one_do_makes_a_key_that_does(tmp_path: Path) -> None:
    """Each command that a sentence shows, run on the file that the sentence is about."""
    ran = 0
    for file, why in [*WRONG.values(), (WEAK.as_pem(private=False), "size"), (private(SEC1), "not_private")]:
        (tmp_path / "FILE").write_bytes(file)
        commands = re.findall("`(openssl [^`]+-out [^`]+)`", Catalogue().text(f"field.key_{why}", "en"))
        for command in commands:
            subprocess.run(shlex.split(command), cwd=tmp_path, check=True, capture_output=True)
            ran += 1
        written = tmp_path / commands[-1].rpartition(" ")[2] if commands else None
        if written is not None:
            (jwe.read_public if written.name == "public.pem" else jwe.read_private)(written.read_bytes())
    assert ran > len(WRONG) / 2


@pytest.mark.parametrize("message", ["", "a.b", "e30.a.b.c.d", "W10.a.b.c.d", "eyJraWQiOjF9.a"])
def test_a_message_that_names_no_key_is_none_that_opens(message: str) -> None:
    assert jwe.key_id(message) == ""
    with pytest.raises(NotOpenedError):
        jwe.decrypted(message, [*KEYS.values()])
