"""Which firm is meant: by its own names, whoever else chose the same."""

import io
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import typer

from deploy.cli import finding, main
from deploy.cli.console import Refusal
from deploy.cli.events import Event
from deploy.cli.finding import firms_of, ids_of, supplier_of
from deploy.local.client import target_of
from deploy.target import TARGET
from deploy.target.client import Client
from tests.deploy.program import pdp
from tests.deploy.test_cli_case import event

FIRM, FOLIO = {"supplier_id": "firm-1"}, {"folio": "PDP-000123"}
REFERRALS = [str(uuid4()) for _ in range(3)]


def answer(folio: str | None, referral: int | str) -> Event:
    data = {"referral_id": REFERRALS[referral] if isinstance(referral, int) else referral, "folio": folio}
    return event("a", 0, topic="partner.nafin.answers.v1", type="partner.referral-acknowledged", data=data)


def sent(firm: int) -> Event:
    data = {"referral_id": REFERRALS[firm], "supplier_id": f"firm-{firm}"}
    return event("s", 0, topic="partner.nafin.referrals.v1", type="partner.referral", data=data)


def _ids(each: Event) -> set[str]:
    return ids_of({"id": each.id, "correlationid": each.correlation, "causationid": each.causation, "data": each.data})


def holding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, events: list[Event]) -> Client:
    """The topics hold these."""

    def mentioning(_: Client, wanted: Collection[str]) -> list[Event]:
        return [each for each in events if not _ids(each).isdisjoint(wanted)]

    monkeypatch.setattr(finding, "_mentioning", mentioning)
    monkeypatch.setattr(finding, "_of_key", lambda *_: iter(()))
    return Client(target_of(tmp_path, {"kafka": 1}))


def test_an_event_is_found_by_its_ids_and_by_no_word_that_others_share() -> None:
    ids = {name: str(uuid4()) for name in ("id", "correlationid", "causationid")}
    data_ids = {"supplier_id": str(uuid4()), "referral_id": str(uuid4()), "folio": "NAF-2026-00123"}
    words = {"source": "partner.nafin", "type": "partner.referral-approved", "specversion": "1.0"}
    data = {"partner": "bancomext", "state": "approved", "product": "nafin-eco-credit"}
    assert ids_of(words | ids | {"data": data | data_ids}) == {*ids.values(), *data_ids.values()}
    assert ids_of({"id": 7, "data": []}) == set()


def test_a_folio_of_several_partners_is_of_each_ones_firm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answers = [answer("FOLIO-7", each) for each in (1, 2, 1)]
    client = holding(monkeypatch, tmp_path, [*answers, *map(sent, (1, 2))])
    with pytest.raises(Refusal, match="firm-1\nfirm-2"):
        supplier_of(client, "FOLIO-7")
    assert supplier_of(client, REFERRALS[2]) == "firm-2"


OTHER = {"supplier_id": "other"}


@pytest.mark.parametrize("way", ["folio", "id", "correlation", "causation", "referral"])
def test_no_other_is_taken_for_the_firm_because_they_chose_its_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: str
) -> None:
    """A caller chooses the correlation of what it does, a partner all that it writes."""
    monkeypatch.setattr(finding, "_of_key", lambda *_: iter(()))
    registered = event(str(uuid4()), 0, topic="registration.supplier.v1", data={"supplier_id": "firm-1"} | FOLIO)
    names = {"folio": FOLIO["folio"], "id": str(registered.id), "referral": REFERRALS[1]}
    known = names.get(way, "chain-of-firm-1")
    mine = [registered, sent(1), event("e", 1, known if way == "causation" else None, "chain-of-firm-1", data=FIRM)]
    others = [
        event("x", 5, known, known, data=OTHER),
        answer(known, 2),
        replace(answer("N-1", 2), id=known, correlation=known, causation=known),
        answer("N-2", "GODE561231GR8"),
        sent(2),
    ]
    client = holding(monkeypatch, tmp_path, [*others, *mine])
    if way in {"correlation", "causation"}:
        # Nobody can say whose it is: both are named.
        with pytest.raises(Refusal, match="other\nfirm-1"):
            supplier_of(client, known)
    else:
        assert supplier_of(client, known) == "firm-1"


def firm_of(rfc: str, id_: str, status: str, *holds: str) -> dict[str, Any]:
    return {"id": id_, "folio": f"PDP-{id_}", "status": status, "holds": [*holds], "rfc": rfc}


RFC = "GODE561231GR8"
HOLDER = firm_of(RFC, "holder", "registered")
CLAIMANTS = [firm_of(RFC, f"other-{n}", "held", "rfc_disputed") for n in range(30)]
LEFT = firm_of(RFC, "left", "withdrawn")


def of_rfc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *firms: dict[str, Any]) -> Client:
    """Registration knows these, and gives two on a page."""

    def answered(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/suppliers/search")
        assert json.loads(request.content) == {"rfc": RFC}
        begin = int(request.url.params.get("after", 0))
        next_ = str(begin + 2) if begin + 2 < len(firms) else None
        return httpx.Response(200, json={"items": firms[begin : begin + 2], "next": next_})

    def http(_: Client, service: str, **__: Any) -> httpx.Client:
        assert service == "registration"
        return httpx.Client(base_url="http://test", transport=httpx.MockTransport(answered), trust_env=False)

    monkeypatch.setattr(Client, "http", http)
    return Client(target_of(tmp_path, {"kafka": 1}))


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_an_rfc_is_that_of_the_firm_that_takes_part_whoever_claims_it_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, before: bool
) -> None:
    """Seen: a other who claimed it and confirmed by their own mail was the firm that was shown."""
    monkeypatch.setenv("PDP_LANG", "en")
    others = [*CLAIMANTS, LEFT]
    firms = [*others, HOLDER] if before else [HOLDER, *others]
    assert supplier_of(of_rfc(monkeypatch, tmp_path, *firms), RFC.lower()) == "holder"
    said, *named = capsys.readouterr().err.splitlines()
    assert said == "Besides the firm that takes part, 31 others gave this RFC; bind nobody to one of them:"
    assert named[:2] == [f"other-{n} PDP-other-{n} held rfc_disputed" for n in (0, 1)]
    assert supplier_of(of_rfc(monkeypatch, tmp_path, HOLDER), RFC) == "holder"
    assert capsys.readouterr().err == ""


def test_an_rfc_of_none_that_takes_part_is_of_one_or_of_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    assert supplier_of(of_rfc(monkeypatch, tmp_path, LEFT), RFC) == "left"
    assert "takes no part: left PDP-left withdrawn" in capsys.readouterr().err
    with pytest.raises(Refusal) as refused:
        supplier_of(of_rfc(monkeypatch, tmp_path, LEFT, CLAIMANTS[0]), RFC)
    sentence, *named = str(refused.value).splitlines()
    assert (refused.value.code, RFC in sentence) == (2, False)
    assert named == ["left PDP-left withdrawn", "other-0 PDP-other-0 held rfc_disputed"]


def _commands(command: Any, name: str = "pdp") -> Iterator[tuple[str, Any]]:
    yield name, command
    for inner, each in getattr(command, "commands", {}).items():
        yield from _commands(each, f"{name} {inner}")


def test_whatever_takes_an_rfc_reads_it_where_nobody_sees_it() -> None:
    """Arguments are in the list of processes, which everybody on the machine may read, and in the shell's history."""
    taking = {
        name: argument.metavar.strip("[]").split("|")
        for name, command in _commands(typer.main.get_command(main.build()))
        for argument in command.params
        if "RFC" in (argument.metavar or "")
    }
    assert len(taking) >= 4
    assert [name for name, forms in taking.items() if "-" not in forms] == []


@pytest.mark.parametrize("command", [("case",), ("audit", "show")])
def test_an_rfc_is_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    client, asked = of_rfc(monkeypatch, tmp_path), list[str]()
    monkeypatch.setattr(f"deploy.cli.commands.{command[0]}.installation", lambda: client)

    def by_rfc(_: Client, rfc: str) -> str:
        asked.append(rfc)
        raise Refusal("enough", 2)

    monkeypatch.setattr(finding, "_by_rfc", by_rfc)
    monkeypatch.setattr("sys.stdin", io.StringIO(f" {RFC}\n"))
    assert pdp(*command, "-").code == 2
    assert asked == [RFC]


def test_what_is_of_several_firms_is_of_each_and_an_events_id_is_of_its_own_firm() -> None:
    events = [event(f"e{firm}", 0, "e1", data={"supplier_id": f"firm-{firm}"}) for firm in (2, 1, 3, 1)]
    assert firms_of("c1", events) == ["firm-2", "firm-1", "firm-3"]
    assert firms_of("e1", events) == ["firm-1"]
    assert firms_of("c1", []) == []


def test_what_is_of_several_firms_is_refused_with_their_number_and_the_first_ids(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PDP_LANG", "en")
    imported = [event(f"e{firm}", 0, "import-of-today", data={"supplier_id": f"firm-{firm:02}"}) for firm in range(25)]
    monkeypatch.setattr(finding, "_mentioning", lambda *_: iter(imported))
    with pytest.raises(Refusal) as refused:
        supplier_of(Client(target_of(tmp_path, {"kafka": 1})), "import-of-today")
    sentence, *firms = str(refused.value).splitlines()
    assert (refused.value.code, sentence) == (2, "import-of-today is of 25 firms; give the id of one:")
    assert firms == [f"firm-{firm:02}" for firm in range(20)]


def test_where_registration_is_away_an_rfc_is_refused_with_what_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {"PDP_LANG": "en", "TOKEN": "a token", TARGET: str(tmp_path / "target.json")}.items():
        monkeypatch.setenv(name, value)
    services = dict(target_of(tmp_path, {}).services)
    told = {"kind": "cluster", "services": services, "token": {"env": "TOKEN"}}
    (tmp_path / "target.json").write_text(json.dumps(told), encoding="utf-8")
    outcome = pdp("case", "SAT970701NN3")
    assert outcome.code == 1
    assert '"registration" does not answer' in outcome.err
    assert "A firm's id works without it." in outcome.err
