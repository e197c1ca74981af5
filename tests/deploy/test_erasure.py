"""A person registers, leaves and is erased; a backup of before is restored. Of them nothing is left in the folder."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from deploy.local import background
from deploy.local.client import LocalClient
from deploy.local.layout import Layout
from deploy.local.platform import ANY_PORTS
from deploy.target.mail import code_for
from tests.deploy.program import pdp
from tests.registration.bodies_given import BODY
from tests.registration.given import NATURAL_RFC

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

SERVICE = "registration"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalClient]:
    folder = tmp_path_factory.mktemp("platform")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(ANY_PORTS, "1")
        environment.setenv("PDP_DATA", str(folder))
        environment.setenv("PDP_LANG", "en")
        environment.delenv("PDP_SEALING_KEYS")
        try:
            yield background.start(folder, lambda _: None)
        finally:
            background.stop(folder)


def standing(folder: Path, *words: str) -> dict[str, set[str]]:
    """In which files each of these words stands: of Kafka, PostgreSQL, logs, mail, backups and whatever else."""
    found = {word: set[str]() for word in words}
    for file in (file for file in folder.rglob("*") if file.is_file()):
        kept = file.read_bytes().lower()
        for word, places in found.items():
            if word.lower().encode() in kept:
                places.add(str(file.relative_to(folder)))
    return found


def test_of_a_person_who_was_erased_nothing_is_left_in_the_folder(client: LocalClient) -> None:
    word = f"v{uuid4().hex}"
    contact = {"name": f"Persona {word}", "email": f"{word}@ejemplo.mx", "phone": "442 731 0448"}
    body = BODY | {"rfc": NATURAL_RFC, "legal_name": f"Eduardo {word}", "contact": contact}
    # It comes up again after the restore.
    again = httpx.HTTPTransport(retries=7)
    with httpx.Client(base_url=client.url(SERVICE), transport=again) as calls:
        headers = {"Idempotency-Key": str(uuid4())}
        firm = calls.post("/suppliers", json=body, headers=headers).json()["id"]
        code = code_for(Layout(client.data).mail, firm)
        assert calls.post(f"/suppliers/{firm}/confirmation", json={"code": code}).status_code == 200
        # Until it is erased its contact has a mail with the code, and nobody else has anything.
        assert {place.partition("/")[0] for place in standing(client.data, word)[word]} == {"mail"}
        file = client.data / "registration.backup"
        assert pdp("backup", SERVICE, str(file)).code == 0
        own = {"Authorization": f"Bearer {client.token('operator')}", "If-Match": "*"}
        gone = calls.post(f"/suppliers/{firm}/withdrawal", json={"reason": "own_decision"}, headers=own)
        assert gone.status_code == 200, gone.text
        assert calls.delete(f"/suppliers/{firm}/contact", headers=own).status_code == 204
        assert pdp("restore", SERVICE, str(file)).code == 0
        shown = calls.get(f"/suppliers/{firm}", headers=own).json()
    # As in the backup they take part; who they were nobody can read any more.
    assert (shown["status"], shown["rfc"], shown["legal_name"], shown["contact"]) == ("registered", "", "", None)
    assert standing(client.data, word, NATURAL_RFC) == {word: set(), NATURAL_RFC: set()}
