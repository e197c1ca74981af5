"""What to look at next, as commands that can be copied."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.cli.console import out
from deploy.cli.texts import say
from deploy.local.client import LocalClient
from deploy.local.state import DATA
from deploy.target.person import Person

PROGRAM = (Person.of("operator"), Person.of("assessor"), Person.of("expert"), Person.of("mentor"))
"""Those who are of the program itself, and bound to nobody."""


def next_steps(commands: Mapping[str, str]) -> None:
    """Print these commands of `pdp`, each with its text."""
    begin = _program()
    width = max(map(len, commands)) + len(begin)
    out().print(f"\n{say('next')}")
    for command, text in commands.items():
        out().print(f"  {f'{begin} {command}':<{width + 1}}  # {say(text)}", markup=False, soft_wrap=True)


def ways_in(client: LocalClient, people: Iterable[Person] = PROGRAM) -> None:
    """Print where the portal is, with a link for each of these people; nothing where there is no portal."""
    if client.portal is None:
        return
    out().print(f"\n{say('portal.at', address=client.portal)}", markup=False)
    for person in people:
        link = client.sign_in_link(person)
        out().print(f"  {', '.join(person.roles):<8}  {link}", markup=False, soft_wrap=True)
    out().print(f"  {_program()} sign-in --role operator  # {say('portal.again')}", markup=False, soft_wrap=True)


def _program() -> str:
    """`pdp` as it was called here, for the same data folder."""
    called = Path(sys.argv[0])
    program = sys.argv[0] if called.name == "pdp" else "pdp"
    data = os.environ.get(DATA)
    return f"{shlex.quote(program)} --data {shlex.quote(data)}" if data else shlex.quote(program)
