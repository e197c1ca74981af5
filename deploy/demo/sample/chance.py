"""Chance that repeats itself."""

import random


def source(*parts: object) -> random.Random:
    """The source of chance that these parts name: the same parts, the same numbers, in every run and on every machine.

    Each thing draws from a source of its own, so that a change to one leaves the others as they are.
    """
    return random.Random("/".join(map(str, parts)))  # noqa: S311 - invented figures, no secret
