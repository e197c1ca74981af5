"""The store on a real PostgreSQL: what goes in comes out, answers find their firm, erasure reaches everything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4, uuid5

from services.financing.domain.case import Case
from services.financing.handlers import answers
from services.financing.store.cases import cases, cases_with_needs, suppliers_of_referrals
from services.financing.store.queries import FIRMS, WAITING
from services.financing.store.tables import Table
from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.contracts.refusals import AnswerRefused
from shared.testing.stage import StageUnderTest
from tests.financing.given import LOADER, NOW, SUPPLIER, TERMS, answer, consented, firm, referred, said, state


async def save(stage: StageUnderTest, *new: Case, changed: tuple[Case, ...] = ()) -> None:
    async with stage.database.transaction() as connection:
        await cases.save_many(connection, new, changed)


async def load(stage: StageUnderTest, *ids: object) -> dict[object, Case]:
    async with stage.database.transaction() as connection:
        return dict(await cases.load_many(connection, list(ids)))  # type: ignore[arg-type]


async def test_a_case_comes_out_as_it_went_in(stage: StageUnderTest) -> None:
    case = referred()
    waiting = said(case, answers.information_requested, contract.InformationRequested, items=("Balance 2025",))
    await save(stage, waiting)
    assert await load(stage, SUPPLIER, uuid4()) == {SUPPLIER: replace(waiting, shown=())}


async def test_an_empty_case_too(stage: StageUnderTest) -> None:
    empty = Case(uuid4())
    await save(stage, empty)
    assert await load(stage, empty.id) == {empty.id: empty}


async def test_rows_follow_the_case(stage: StageUnderTest) -> None:
    await save(stage, firm())
    case = referred()
    await save(stage, changed=(case,))
    declined = state(
        answers.declined(case, answer(contract.ReferralDeclined, case, reason="no_funds"), NOW, NOW, TERMS)
    )
    await save(stage, changed=(declined,))
    assert await stage.rows("SELECT state, reason, awaits FROM referral") == [
        {"state": "declined", "reason": "no_funds", "awaits": None}
    ]
    assert await stage.rows("SELECT eligible_partners FROM need WHERE purpose = 'certification'") == [
        {"eligible_partners": ["cluster", "nafin"]}
    ]
    assert len(await stage.rows("SELECT id FROM consent WHERE papers_held")) == 1


async def test_rows_that_the_api_reads_hold_no_paper_of_a_consent(stage: StageUnderTest) -> None:
    await save(stage, referred())
    for table in ("need", "consent", "referral"):
        found = str(await stage.rows(f"SELECT * FROM {table}"))
        assert not any(secret in found for secret in ("Ana", "TME840315KT6", "8110000000", "31500000"))


async def test_referrals_and_consents_find_their_supplier(stage: StageUnderTest) -> None:
    case = referred()
    await save(stage, case)
    referral = case.referrals[0].id
    async with stage.database.connection() as connection:
        assert await suppliers_of_referrals(connection, [referral, uuid4()]) == {referral: SUPPLIER}


async def test_a_sweep_finds_each_case_with_needs_once_in_order(stage: StageUnderTest) -> None:
    known = sorted(uuid5(SUPPLIER, str(number)) for number in range(5))
    await save(stage, *(replace(_moved(firm(), id_)) for id_ in known), Case(uuid4()))
    async with stage.database.connection() as connection:
        assert await cases_with_needs(connection, {}, None, 3) == known[:3]
        assert await cases_with_needs(connection, {}, known[2], 3) == known[3:]


def _moved(case: Case, id_: object) -> Case:
    needs = tuple(replace(need, id=uuid5(id_, need.purpose)) for need in case.needs)  # type: ignore[arg-type]
    return replace(case, id=id_, needs=needs)  # type: ignore[arg-type]


async def test_the_migration_makes_what_the_tables_declare(stage: StageUnderTest) -> None:
    made = await stage.rows(
        "SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    )
    columns = {(row["table_name"], row["column_name"], row["nullable"]) for row in made}
    declared = {
        (table.name, column.name, bool(column.nullable))
        for table in Table.metadata.tables.values()
        for column in table.columns
    }
    assert declared <= columns
    own = {name for name, _, _ in declared}
    assert {column for column in columns if column[0] in own} == declared
    indexes = {row["indexname"] for row in await stage.rows("SELECT indexname FROM pg_indexes")}
    assert {str(index.name) for table in Table.metadata.tables.values() for index in table.indexes} <= indexes


async def test_the_terms_have_the_catalogues_partners_from_the_start(stage: StageUnderTest) -> None:
    async with stage.database.transaction() as connection:
        terms = await LOADER(connection)
    assert {partner.code for partner in terms.partners} == {"nafin", "bancomext", "cluster"}
    assert terms.version == TERMS.version


async def test_answers_of_two_referrals_of_one_firm_in_one_batch_see_each_other(stage: StageUnderTest) -> None:
    both = _two_referrals()
    await save(stage, both)
    first, second = both.referrals
    outcome = await stage.consume(
        contract.ReferralAcknowledged(referral_id=first.id, partner="nafin", answered_at=NOW),
        contract.ReferralAcknowledged(referral_id=second.id, partner="bancomext", answered_at=NOW),
        contract.ReferralApproved(
            referral_id=first.id, partner="nafin", answered_at=NOW, amount=Money(amount="1.00"), term_months=3
        ),
        arrived_at=NOW,
    )
    assert outcome.applied == 3
    after = (await load(stage, SUPPLIER))[SUPPLIER]
    assert [referral.state for referral in after.referrals] == ["approved", "acknowledged"]


def _two_referrals() -> Case:
    case = consented(referred(), partner="bancomext", purposes=("tooling",))
    need = next(need.id for need in case.needs if need.purpose == "tooling")
    return referred(case, need_id=need, product="bancomext-auto-tooling")


async def test_an_answer_that_is_not_the_partners_is_a_dead_letter_and_touches_nothing(stage: StageUnderTest) -> None:
    case = referred()
    await save(stage, case)
    last = case.referrals[0].id
    outcome = await stage.consume(
        contract.ReferralDeclined(referral_id=last, partner="bancomext", answered_at=NOW, reason="other"),
        contract.ReferralDeclined(referral_id=uuid4(), partner="nafin", answered_at=NOW, reason="other"),
        contract.ReferralAcknowledged(referral_id=last, partner="nafin", answered_at=NOW),
        arrived_at=NOW,
    )
    assert (outcome.dead, outcome.applied) == (2, 1)
    assert {row["reason"] for row in await stage.rows("SELECT reason FROM dead_letter")} == {
        "referral_of_another_partner",
        "referral_unknown",
    }
    assert (await load(stage, SUPPLIER))[SUPPLIER].referrals[0].state == "acknowledged"


async def test_a_partner_is_told_what_repeats_and_what_is_not_its_own(stage: StageUnderTest) -> None:
    case = referred()
    await save(stage, case)
    last = case.referrals[0].id
    receipt = contract.ReferralAcknowledged(referral_id=last, partner="nafin", answered_at=NOW)
    await stage.consume(receipt, receipt, arrived_at=NOW)
    await stage.consume(
        contract.ReferralDeclined(referral_id=last, partner="bancomext", answered_at=NOW, reason="other"),
        arrived_at=NOW,
    )
    told = [event.data for event in await stage.told() if event.type == AnswerRefused.TYPE]
    assert [(each["partner"], each["outcome"], each["reason"]) for each in told] == [
        ("nafin", "repeated", "nothing_new"),
        ("bancomext", "refused", "referral_of_another_partner"),
    ]
    assert {each["referral_id"] for each in told} == {str(last)}


async def test_a_partner_cannot_speak_with_anothers_name(stage: StageUnderTest) -> None:
    case = referred()
    await save(stage, case)
    forged = contract.ReferralDeclined(
        referral_id=case.referrals[0].id, partner="nafin", answered_at=NOW, reason="other"
    )
    assert (await stage.consume(forged, topic="partner.bancomext.answers.v1")).dead == 1
    assert (await load(stage, SUPPLIER))[SUPPLIER] == replace(case, shown=())


async def test_time_decides_on_the_real_table_of_moments(stage: StageUnderTest) -> None:
    case = referred(consented(now=NOW), now=NOW)
    await save(stage, case)
    async with stage.database.connection() as connection:
        await connection.execute(
            "INSERT INTO timer (kind, aggregate_id, at, correlation_id) VALUES ('case_deadline', $1, $2, 'test')",
            SUPPLIER,
            datetime(2026, 3, 16, tzinfo=UTC) + timedelta(hours=15),
        )
    await stage.tick()
    after = (await load(stage, SUPPLIER))[SUPPLIER]
    assert after.referrals[0].state == "lapsed"
    assert await stage.rows("SELECT at FROM timer") == [{"at": after.wake_at}]


async def test_figures_tell_whose_deadline_is_near(stage: StageUnderTest) -> None:
    await save(stage, referred())
    due = "UPDATE referral SET answer_due_at = now() + interval '{}'"
    for when, expected in (("-1 hour", "overdue"), ("2 days", "soon"), ("4 days", "later")):
        async with stage.database.connection() as connection:
            await connection.execute(due.format(when))
        assert [(row["due"], row["count"]) for row in await stage.rows(WAITING)] == [(expected, 1)]
    assert {row["step"]: row["count"] for row in await stage.rows(FIRMS)} == {"referred": 1, "financed": 0}
