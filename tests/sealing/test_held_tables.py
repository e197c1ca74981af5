"""Each table of each store is in the file of a firm's data, or named here with the reason why it is not.

A new table is in none of these lists and turns this red.
"""

from typing import Final

import asyncpg

from services.portal.api.my_data import AUDIT, HELD
from shared.messaging.topics import SERVICES
from tests.conftest import Migrated

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""
MACHINERY: Final = {
    "alembic_version": "the store's own revision",
    "audit": AUDIT,
    "audit_checkpoint": "digests of the log",
    "audit_leaf": "digests of the log",
    "audit_unsealed": "ids of the log",
    "backup": "where a backup was cut",
    "blocked_key": "no words: which keys wait",
    "blocked_record": "events of our own that wait: what is decided of them is shown once it is",
    "data_key": "keys, wrapped: they say nothing",
    "dead_letter": "of partners: /cases/{id}/refusals of financing; of our own topics, events that are in the story",
    "dead_letter_action": "what operators did with letters",
    "idempotency": "ids of what was made, for seven days",
    "import": "an operator's file: its rows became firms, which are shown",
    "import_fault": "columns and reasons",
    "import_part": "an operator's file, sealed until its rows are decided",
    "import_refused_row": "rows that became no firm: of nobody who is known, sealed, for seven days",
    "inbox": "ids of events",
    "journal": "events, as the story tells them: state is shown by the stage that holds it",
    "outbox": "ids of events",
    "record_gap": "places in topics",
    "request_limit": "counts of some minutes",
    "resend": "what operators had told again, by topic",
    "skip": "places in topics",
    "sweep": "work that is under way",
    "timer": "moments that are due: reckoned from what is shown",
}
"""Of every service: by table, the path in the file or a reason."""
ATTACHMENT_SECRET: Final = "what links are signed with"
OWN: Final[dict[str, dict[str, str]]] = {
    "registration": {
        "anchor": "buyers",
        "arco_request": "/suppliers/{id}/arco-requests",
        "attachment": "/suppliers/{id}/attachments",
        "attachment_secret": ATTACHMENT_SECRET,
        "claim": "is blanked within days, or becomes the profile; while it is there /suppliers/{id}/held says so",
        "person": "/suppliers/{id}/people",
        "prospect": "/suppliers/{id}/held",
        "prospect_area": "copied from prospects",
        "screening_entry": "a public list; what it says of the firm is in /suppliers/{id}",
        "screening_list": "which edition of the list",
        "supplier": "/suppliers/{id}",
        "supplier_past": "/suppliers/{id}/past",
        "telling": "what operators had told again, to all",
        "twins": "mergers are in /suppliers/{id}/held; of likeness to another firm, what is the other's as well",
    },
    "matching": {
        "anchor": "buyers",
        "answers": "/suppliers/{id}/matches",
        "area_revision": "counts",
        "demand_revision": "counts",
        "due": "copied from requirements and offers, to be judged",
        "judged_profile": "what was judged last: the profile, as registration has it",
        "match": "/suppliers/{id}/matches",
        "meeting": "/suppliers/{id}/meetings",
        "meeting_day": "buyers' days",
        "offering": "/suppliers/{id}/alignment",
        "offering_area": "copied from offerings",
        "open_demand": "copied from requirements",
        "pair": "copied from matches",
        "process_offer": "copied from offerings",
        "requirement": "/suppliers/{id}/requirements",
        "telling": "what operators had told again, to all",
    },
    "diagnosis": {
        "attachment": "/diagnoses/{id}/attachments",
        "attachment_secret": ATTACHMENT_SECRET,
        "diagnosis": "/diagnoses/{id}",
        "gap": "/diagnoses/{id}/gaps",
        "measurement": "what operators had measured again, of all",
        "pair": "two assessors' levels: how well they agree, and not what counts",
        "publication": "/diagnoses/{id}/benchmark",
        "sheet": "sheets in force are in /diagnoses/{id}; of one that another replaced an operator gives a copy",
    },
    "development": {
        "appeal": "/plans/{id}/outcomes",
        "attachment": "/plans/{id}/attachments",
        "attachment_secret": ATTACHMENT_SECRET,
        "candidate": "/plans/{id}",
        "cohort": "/plans/{id}/outcomes",
        "outcome": "/plans/{id}/outcomes",
        "past_override": "an operator's wish that was taken back before a selection: nothing came of it",
        "requirement": "what buyers ask for",
    },
    "financing": {
        "consent": "/cases/{id}",
        "consent_text": "/consents/{id}/text",
        "financing_case": "/cases/{id}/papers",
        "need": "/cases/{id}",
        "offer": "products",
        "partner": "partners",
        "referral": "/cases/{id}",
        "sending": "/cases/{id}",
        "trial": "invented firms",
    },
    "portal": {
        "anchor": "buyers",
        "candidate": "a copy of matches, for buyers",
        "checkpoint": "digests of logs",
        "draft": "sealed with the browser's cookie: nobody else opens it, and it says of nobody whose it is",
        "firm": "firm",
        "letter": "dead letters' reasons, by the firm's id: machinery's",
        "message": "the program's own words",
        "requirement": "what buyers ask for",
        "session": "sealed with the browser's cookie, until whoever signed in leaves",
        "sign_in": "sealed with the browser's cookie, for minutes",
        "story": "story",
        "subscription": "news",
    },
}
BESIDE: Final = {"/consents/{id}/text", "firm", "story", "news"}
"""What the file has besides what a stage shows by the firm's id."""


async def test_each_table_is_in_the_file_or_named_with_a_reason(migrated: Migrated) -> None:
    for service in SERVICES:
        connection = await asyncpg.connect(await migrated(service))
        tables = {row["relname"] for row in await connection.fetch(TABLES)}
        await connection.close()
        assert tables == MACHINERY.keys() | OWN[service].keys(), service
        shown = {said for said in OWN[service].values() if " " not in said}
        assert shown & {*HELD[service]} == {said for said in shown if said.startswith("/")} - BESIDE, service
        # What the stage shows of the firm is of some table.
        reckoned = {"/suppliers/{id}/introductions", "/suppliers/{id}/performance", "/diagnoses/{id}/draft"}
        reckoned |= {"/diagnoses/{id}/versions", "/plans/{id}/past", "/plans/{id}/history", "/cases/{id}/refusals"}
        assert {*HELD[service]} - shown - reckoned == {AUDIT}, service
