"""A natural person's express consent that anchors that it matches learn of it: its folio, its state, and what its
contact does in the firm.

Source: LFPDPPP (DOF 20-03-2025): consent is free, specific and informed, and can be taken back at any time.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Final, Literal
from uuid import UUID

from shared.state_machine import StateMachine, Transition

ConsentStatus = Literal["given", "revoked"]
Channel = Literal["portal", "api"]
Language = Literal["es", "en"]

CONSENT = StateMachine[ConsentStatus](
    "introduction consent",
    ("given", "revoked"),
    "given",
    (Transition("revoke", ("given",), "revoked"),),
    {"revoked": "whoever speaks for the firm consents anew, under another id"},
)

MOST_CONSENTS: Final = 200
"""Of one firm, with those that were revoked: more are a program in a loop, and the firm's row holds them all."""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The words that somebody is shown before they consent. The recipient is filled in."""

    version: str
    templates: Mapping[Language, str]
    everybody: Mapping[Language, str]
    """What all anchors of the program are called."""

    def shown(self, recipient: str | None, language: Language) -> str:
        """The words for one anchor, by its name, or for all of them."""
        named = self.everybody[language] if recipient is None else recipient
        return Template(self.templates[language]).substitute(recipient=named)


def _read(name: str) -> ConsentText:
    told = json.loads((Path(__file__).parents[1] / "catalogue" / name).read_text(encoding="utf-8"))
    return ConsentText(told["version"], {"es": told["es"], "en": told["en"]}, told["everybody"])


IN_FORCE: Final = _read("introduction_2026.json")
"""Another text is another file, with a version of its own."""


def digest(words: str) -> str:
    """By which a consent names the words that were shown."""
    return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class IntroductionConsent:
    """One consent, kept also once it was taken back: it is what shows that it was given."""

    id: UUID
    anchor_id: UUID | None
    """Who may learn of the firm; None: every anchor of the program."""
    text_version: str
    text_sha256: str
    channel: Channel
    given_at: datetime
    given_by: str
    """Subject of the token."""
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    @property
    def status(self) -> ConsentStatus:
        return "given" if self.revoked_at is None else "revoked"

    def revoked(self, by: str, at: datetime) -> "IntroductionConsent":
        """The consent taken back; one that was taken back already stays as it is."""
        if CONSENT.after(self.status, "revoke") is None:
            return self
        return replace(self, revoked_at=at, revoked_by=by)


def standing(consents: Iterable[IntroductionConsent]) -> tuple[IntroductionConsent, ...]:
    """Those that hold."""
    return tuple(each for each in consents if each.status == "given")
