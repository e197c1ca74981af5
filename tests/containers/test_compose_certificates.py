"""The platform's own authority: whom it vouches for, and who is believed. No engine is asked."""

import ssl
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.compose import certificates
from deploy.compose.certificates import Authority, Identity

HOSTS = {"kafka-1", "localhost", "127.0.0.1"}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ours")


def shaken_hands(identity: Identity, trusted: Path, host: str, folder: Path) -> str:
    """Outcome of a TLS handshake with a server of this identity: `ok`, or why its client refuses."""
    file = folder / "identity.pem"
    file.write_text(identity.key + identity.certificate)
    server_side, client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(trusted))
    server_side.load_cert_chain(file)
    # As Python 3.13 does by default: a certificate that bends the standard is refused.
    client_side.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    client = client_side.wrap_bio(to_client, to_server, server_hostname=host)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
    return "ok"


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_a_server_is_believed_at_each_of_its_hosts(authority: Authority, host: str, tmp_path: Path) -> None:
    assert shaken_hands(authority.issue("kafka-1", HOSTS), authority.certificate_file, host, tmp_path) == "ok"


def test_a_server_is_not_believed_elsewhere(authority: Authority, tmp_path: Path) -> None:
    told = shaken_hands(authority.issue("kafka-1", HOSTS), authority.certificate_file, "kafka-2", tmp_path)
    assert "Hostname mismatch" in told


def test_a_server_of_another_authority_is_not_believed(authority: Authority, tmp_path: Path) -> None:
    foreign = Authority(tmp_path / "theirs").issue("kafka-1", HOSTS)
    assert "unable to get local issuer" in shaken_hands(foreign, authority.certificate_file, "kafka-1", tmp_path)


def test_it_stays_the_same_authority(authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("kafka-1", HOSTS)
    assert Authority(tmp_path / "ours").vouches(made.certificate, HOSTS)


def test_it_vouches_for_nobody_elses_nor_other_hosts(authority: Authority, tmp_path: Path) -> None:
    assert not authority.vouches(Authority(tmp_path / "theirs").issue("kafka-1", HOSTS).certificate, HOSTS)
    made = authority.issue("kafka-1", HOSTS).certificate
    assert not authority.vouches(made, {*HOSTS, "kafka.example"})
    assert not authority.vouches(made)
    assert authority.vouches(authority.issue("provisioner").certificate)


@pytest.mark.parametrize(("days_left", "good"), [(31, True), (29, False)])
def test_what_soon_ends_is_made_anew(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, days_left: int, *, good: bool
) -> None:
    monkeypatch.setattr(certificates, "LIFE", timedelta(days=days_left))
    assert authority.vouches(authority.issue("kafka-1", HOSTS).certificate, HOSTS) is good


def test_its_key_is_its_owners_alone(authority: Authority) -> None:
    assert stat.S_IMODE(authority.certificate_file.with_name("ca.key").stat().st_mode) == 0o600
