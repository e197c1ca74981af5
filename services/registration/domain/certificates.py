"""Certificates of management systems, and the rung of the quality ladder that follows from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.registration.domain.fault import Fault, line_faults

Standard = Literal["iso_9001", "iatf_16949", "iso_14001", "iso_45001", "iso_50001", "iso_17025", "iso_27001", "tisax"]
Qms = Literal["none", "documented", "iso_9001", "iatf_16949"]

MAX_CERTIFICATES = 30
MAX_BODY, MAX_NUMBER, MAX_SCOPE = 120, 60, 300

_RUNGS: dict[Standard, Qms] = {"iso_9001": "iso_9001", "iatf_16949": "iatf_16949"}
"""Standards of quality management systems, the lower rung first (IATF 16949 8.4.2.3)."""
_HEIGHT = {standard: height for height, standard in enumerate(_RUNGS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One past its last day counts as not held."""

    standard: Standard
    body: str
    """Who certified it."""
    number: str
    scope: str | None = None
    site: str | None = None
    """Name of the plant that it covers."""
    valid_from: date | None = None
    valid_to: date
    sha256: str | None = None
    """Digest of the attachment that shows it."""


def with_digests(certificates: Sequence[Certificate], before: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """What says nothing of a certificate's attachment takes none away: a form has none, nor has a file of rows. A
    certificate that was renewed is another one, though its number stays: the old file does not show it.
    """
    known = {_issue(each): each.sha256 for each in before}
    return tuple(replace(each, sha256=each.sha256 or known.get(_issue(each))) for each in certificates)


def _issue(certificate: Certificate) -> tuple[Standard, str, str | None, date]:
    return certificate.standard, certificate.number, certificate.site, certificate.valid_to


def qms_of(certificates: Sequence[Certificate], today: date) -> tuple[Qms, date] | None:
    """The highest rung that the certificates give today, and its last day; of those that are all over, the last one.
    None where none is of a quality management system.
    """
    systems = [each for each in certificates if each.standard in _RUNGS]
    if not systems:
        return None
    held = [each for each in systems if each.valid_to >= today]
    best = (
        max(held, key=lambda each: (_HEIGHT[each.standard], each.valid_to))
        if held
        else max(systems, key=lambda each: each.valid_to)
    )
    return _RUNGS[best.standard], best.valid_to


def faults(certificates: Sequence[Certificate], plants: Sequence[str], today: date) -> Iterator[Fault]:
    """Every rule that is broken; `plants` are the names of the firm's."""
    if len(certificates) > MAX_CERTIFICATES:
        yield Fault("certificates", "too_many", {"most": MAX_CERTIFICATES})
    for number, each in enumerate(certificates[:MAX_CERTIFICATES]):
        path = f"certificates.{number}"
        yield from line_faults(f"{path}.body", each.body, MAX_BODY)
        yield from line_faults(f"{path}.number", each.number, MAX_NUMBER)
        yield from line_faults(f"{path}.scope", each.scope, MAX_SCOPE)
        if each.site is not None and each.site not in plants:
            yield Fault(f"{path}.site", "site_unknown")
        if each.valid_from is not None and each.valid_from > today:
            yield Fault(f"{path}.valid_from", "certificate_in_future")
        if each.valid_from is not None and each.valid_to < each.valid_from:
            yield Fault(f"{path}.valid_to", "days_backwards")
