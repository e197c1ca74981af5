"""Tokens: verified against an issuer's public keys, and on one machine also issued."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.algorithms import OKPAlgorithm

from shared.runtime.clock import now
from shared.runtime.settings import ServiceSettings
from shared.security.keys import Keys, UnknownKeyError

ALGORITHMS = ["EdDSA", "ES256", "RS256"]
"""Signatures only: a shared secret would let every service issue tokens."""

LEEWAY_S = 10


TokenReason = Literal["expired", "does_not_fit"]


class TokenError(Exception):
    """Why a token is refused."""

    def __init__(self, reason: TokenReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Verifier:
    """Checks signature, issuer, audience and time of a token."""

    def __init__(self, issuer: str, jwks: str, audience: str, ca_file: str = "", oldest_s: int | None = None) -> None:
        """`jwks` is the https address of the issuer's key set, or the path of a file that holds it; `ca_file`, who
        vouches for that address where the system does not know them; `oldest_s`, for how many seconds a token is
        believed from when it was issued, without for as long as it says itself.
        """
        self._issuer = issuer
        self._audience = audience
        self._oldest_s = oldest_s
        self._keys = Keys(jwks, ca_file)

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a valid token. Raises TokenError, and KeysUnavailableError when nobody can tell."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                await self._keys.of(str(jwt.get_unverified_header(token).get("kid"))),
                algorithms=ALGORITHMS,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenError("expired") from error
        except (jwt.PyJWTError, UnknownKeyError, ValueError, RecursionError) as error:
            raise TokenError("does_not_fit") from error
        if self._oldest_s is not None and now().timestamp() - claims["iat"] > self._oldest_s + LEEWAY_S:
            raise TokenError("expired")
        return claims


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who says who somebody is, and where its tokens say it: paths such as `realm_access.roles`."""

    verifier: Verifier
    roles_claim: str = "roles"
    supplier_claim: str = "supplier_id"
    anchor_claim: str = "anchor_id"
    partner_claim: str = "partner_code"

    @classmethod
    def of(cls, settings: ServiceSettings) -> Self:
        """The one that a service's settings name."""
        verifier = Verifier(
            settings.oidc_issuer,
            settings.oidc_jwks,
            settings.oidc_audience,
            ca_file=settings.oidc_ca_file,
            oldest_s=settings.oidc_token_s,
        )
        return cls(
            verifier,
            settings.oidc_roles_claim,
            settings.oidc_supplier_claim,
            settings.oidc_anchor_claim,
            settings.oidc_partner_claim,
        )


class LocalIssuer:
    """The issuer of one machine: a key in the data folder, readable by its owner only."""

    def __init__(self, folder: Path, issuer: str, audience: str = "pdp") -> None:
        self.jwks_path = folder / "jwks.json"
        self._key_path = folder / "issuer.pem"
        self._issuer = issuer
        self._audience = audience

    def ensure_key(self) -> None:
        """Make the key and its public set, once."""
        if self._key_path.exists() and self.jwks_path.exists():
            return
        self._key_path.parent.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        self._key_path.touch(mode=0o600)
        self._key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = json.loads(OKPAlgorithm.to_jwk(key.public_key()))
        keys = {"keys": [public | {"kid": _thumbprint(public), "use": "sig", "alg": "EdDSA"}]}
        self.jwks_path.write_text(json.dumps(keys), encoding="utf-8")

    def forget_key(self) -> None:
        """Have ``ensure_key`` make a new one, which no token of the old one fits."""
        for file in (self.jwks_path, self._key_path):
            file.unlink(missing_ok=True)

    def issue(self, subject: str, roles: list[str], lifespan: timedelta = timedelta(hours=8), **claims: str) -> str:
        """A signed access token. `claims`: `supplier_id`, `anchor_id` or `partner_code`, where one is bound to it."""
        return self.sign(self._audience, subject, lifespan, roles=roles, **claims)

    def sign(self, audience: str, subject: str, lifespan: timedelta, **claims: object) -> str:
        """A signed token for any audience: whoever takes tokens refuses those that are for others."""
        issued = now()
        body = {"iss": self._issuer, "aud": audience, "sub": subject, "iat": issued, "exp": issued + lifespan}
        key = load_pem_private_key(self._key_path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{self._key_path} is not an Ed25519 key")
        [public] = json.loads(self.jwks_path.read_text())["keys"]
        return jwt.encode(body | claims, key, algorithm="EdDSA", headers={"kid": public["kid"]})


def _thumbprint(public: dict[str, str]) -> str:
    """The key's id (RFC 7638): a new key has another, so whoever knows the old one asks for it at its first token."""
    needed = json.dumps({name: public[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(needed.encode()).digest()).rstrip(b"=").decode()
