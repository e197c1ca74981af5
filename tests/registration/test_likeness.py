import pytest

from services.registration.domain.likeness import PUBLIC_HOSTS, STRENGTHS, Sign, mail_domain, of, phone, strength
from services.registration.domain.profile import Contact
from tests.registration.given import profile, registered


def contact(email: str = "ventas@forjas.example", telephone: str | None = None) -> Contact:
    return Contact(name="Persona Ejemplo", email=email, phone=telephone)


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ventas@forjas.example", "forjas.example"),
        ("ventas@FORJAS.example", "forjas.example"),
        ("forjas@gmail.com", None),
        ("forjas@Prodigy.net.mx", None),
    ],
)
def test_a_domain_says_something_where_not_everybody_has_a_mailbox(email: str, domain: str | None) -> None:
    assert mail_domain(contact(email)) == domain
    assert mail_domain(None) is None
    assert all(host == host.lower() and "." in host for host in PUBLIC_HOSTS)


@pytest.mark.parametrize(
    ("telephone", "digits"),
    [
        ("442 555 0101", "4425550101"),
        ("+52 (442) 555-0101", "4425550101"),
        ("045 442 555 0101", "4425550101"),
        ("442 555 0101 ext. 12", "4425550101"),
        ("442 555 0101 x12", "4425550101"),
        ("442 555 0101 / 442 555 0102", "4425550101"),
        ("442 555 0101 o 442 555 0102", "4425550101"),
        ("555 0101", None),
        ("000 000 0000", None),
        (None, None),
    ],
)
def test_a_telephone_is_its_ten_digits_however_it_is_written(telephone: str | None, digits: str | None) -> None:
    assert phone(contact(telephone=telephone)) == digits


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ({"same_name", "same_municipality"}, "strong"),
        ({"same_name", "same_state"}, "strong"),
        ({"same_name", "same_phone"}, "strong"),
        ({"rfc_close", "same_mail_domain"}, "strong"),
        ({"same_phone", "same_mail_domain"}, "strong"),
        ({"same_name"}, "likely"),
        ({"rfc_close"}, "likely"),
        ({"rfc_close", "same_state"}, "likely"),
        ({"same_phone", "same_municipality"}, "weak"),
        ({"same_mail_domain"}, "weak"),
    ],
)
def test_how_probably_two_firms_are_one(signs: set[Sign], expected: str) -> None:
    assert strength(frozenset(signs)) == expected
    assert [*STRENGTHS] == ["strong", "likely", "weak"]


def test_what_firms_are_not_compared_by_changes_nothing() -> None:
    one = registered()
    other = registered(of=profile(legal_name="MAQUINADOS EJEMPLO S.A.", workers=9, scian="336370"))
    assert of(one) == of(other)
    assert of(one) != of(registered(of=profile(municipality="22001")))
