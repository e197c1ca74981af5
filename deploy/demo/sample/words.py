"""Invented names. Every firm and every person is marked as invented in the name itself."""

from __future__ import annotations

import unicodedata

MARK_FIRM = "(ficticia)"
MARK_PERSON = "(persona ficticia)"

HEADS = (
    "Zal", "Brin", "Quel", "Tirm", "Vosk", "Olmi", "Perq", "Ruxa", "Falt", "Gorv", "Hesk",
    "Jald", "Kirn", "Lumb", "Mork", "Nazt", "Plev", "Sarq", "Trev", "Ulmi", "Yurb",
)  # fmt: skip
TAILS = (
    "vira", "dano", "mexa", "tora", "queno", "lusa", "berto", "nilda", "fano", "groza",
    "hual", "jeno", "kuma", "peldo", "rinza", "sombra", "tilo", "vendo", "xuna", "zeca",
)  # fmt: skip
WITH_TILDE = "Ñudovira"
"""One firm whose RFC carries the letter Ñ, which half of the systems in use still lose."""

PLACES = (
    "del Norte",
    "del Bajío",
    "de la Sierra",
    "del Valle",
    "del Golfo",
    "del Centro",
    "de Oriente",
    "de Occidente",
)
LEGAL_FORMS = ("S.A. de C.V.", "S. de R.L. de C.V.", "S.A.P.I. de C.V.")

GIVEN_NAMES = (
    "Ana", "Bruno", "Clara", "Darío", "Elena", "Fermín", "Graciela", "Hugo", "Inés", "Joaquín",
    "Karla", "Leonel", "Marina", "Néstor", "Olivia", "Pascual", "Regina", "Saúl", "Teresa", "Ulises",
)  # fmt: skip
SURNAMES = ("Ejemplo", "Muestra", "Supuesto", "Ficticio", "Imaginario", "Inventado", "Modelo", "Ensayo")


def coined_words() -> list[str]:
    """420 words that mean nothing, the same order each time."""
    return [head + tail for tail in TAILS for head in HEADS]


def plain(text: str) -> str:
    """Upper case without accents; Ñ stays, because it is a letter of the RFC."""
    kept = text.upper().replace("Ñ", "\0")
    bare = "".join(char for char in unicodedata.normalize("NFD", kept) if not unicodedata.combining(char))
    return bare.replace("\0", "Ñ")
