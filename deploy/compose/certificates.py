"""Certificates of one platform: an authority of its own, and what it vouches for."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.engines.private import write_private
from shared.runtime.clock import now

AUTHORITY_LIFE = timedelta(days=3650)
LIFE = timedelta(days=365)
RENEWED_BEFORE = timedelta(days=30)
"""A platform that is started once a month never meets an expired certificate."""
SKEW = timedelta(minutes=5)
"""Clocks of two machines differ: a certificate of this moment must be valid on both."""
NO_USAGE = dict.fromkeys(
    (
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@dataclass(frozen=True)
class Identity:
    """A private key and its certificate, as PEM."""

    key: str
    certificate: str


class Authority:
    """Signs for one platform. Its key is in `folder`, for the operator alone."""

    def __init__(self, folder: Path) -> None:
        self._key_file, self.certificate_file = folder / "ca.key", folder / "ca.crt"
        if not (self._key_file.exists() and self.certificate_file.exists()):
            self._make()
        self._key = _key(self._key_file.read_text())
        self._certificate = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())

    def issue(self, name: str, hosts: Collection[str] = ()) -> Identity:
        """A new identity, for servers at these hosts (names or addresses) and for clients."""
        key = generate_private_key(SECP256R1())
        usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = _builder(name, self._certificate.subject, key, LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(authority, critical=False)
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(map(_host, sorted(hosts))), critical=False)
        return Identity(_pem(key), builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode())

    def vouches(self, certificate: str, hosts: Collection[str] = ()) -> bool:
        """Whether this certificate is ours, is for these hosts, and lasts for a while yet."""
        found = x509.load_pem_x509_certificate(certificate.encode())
        try:
            found.verify_directly_issued_by(self._certificate)
            named = set(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        except x509.ExtensionNotFound:
            named = set()
        except (InvalidSignature, ValueError, TypeError):
            return False
        return named == set(map(_host, hosts)) and found.not_valid_after_utc - now() > RENEWED_BEFORE

    def _make(self) -> None:
        key, name = generate_private_key(SECP256R1()), "pdp platform authority"
        builder = _builder(name, _name(name), key, AUTHORITY_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **NO_USAGE)
        certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
        write_private(self._key_file, _pem(key))
        write_private(self.certificate_file, certificate.public_bytes(Encoding.PEM).decode())


def _builder(name: str, issuer: x509.Name, key: EllipticCurvePrivateKey, life: timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - SKEW)
        .not_valid_after(now() + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _key(pem: str) -> EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError("the authority's key is of another kind; remove the secrets folder to begin anew")
    return key
