"""Each topic of financing and of partners is in the words of a consent with its true days, or has nothing of it; so is
each thing that a partner answers, and each column in which what a firm said or a partner answered is kept.
"""

from dataclasses import fields
from typing import Final

from services.financing.domain import consent, referral
from services.financing.domain.authorisation import CreditAuthorisation
from services.financing.domain.case import Case
from services.financing.domain.reasons import DataClass
from services.financing.store.tables import ConsentRow, ReferralRow, Table
from shared.contracts import partner as contract
from shared.messaging.topics import DAY_MS, catalogue
from tests.financing.given import TERMS

SAID = {
    "partner.nafin.referrals.v1": ("en el canal por el que lo lee: $partner_days días", TERMS.limits.partner_days),
    "partner.nafin.answers.v1": ("en el canal en que lo escribe: $partner_days días", TERMS.limits.partner_days),
    "financing.referral.v1": ("en el canal entre los servicios del Programa: hasta 31 días", 31),
}
NOTHING_OF_IT = {"partner.nafin.refusals.v1", "financing.dead-letters.v1", "financing.audit.v1"}


def test_each_topic_is_in_the_words_with_its_days() -> None:
    own = {each.name: each for each in catalogue(["nafin"]) if each.name.startswith(("financing.", "partner."))}
    assert own.keys() == SAID.keys() | NOTHING_OF_IT
    assert len(TERMS.texts) == 2
    for name, (words, days) in SAID.items():
        config = own[name].config
        assert days - 1 < (int(config["retention.ms"]) + int(config["segment.ms"])) / DAY_MS <= days
        assert all(words in text.template for text in TERMS.texts)


ANSWERED: Final = (
    "Lo que $partner responde (que la recibió, qué más pide, folio, montos, plazo o, si declina, el motivo)"
)
ANSWERS: Final[dict[type[contract.Answer], tuple[str, dict[str, str]]]] = {
    contract.ReferralAcknowledged: ("que la recibió", {"folio": "folio"}),
    contract.InformationRequested: ("qué más pide", {"items": "qué más pide"}),
    contract.ReferralApproved: ("montos, plazo", {"amount": "montos", "term_months": "plazo"}),
    contract.ReferralDeclined: ("si declina", {"reason": "el motivo"}),
    contract.CreditDisbursed: ("montos", {"amount": "montos"}),
    contract.PaymentsCorrected: ("montos", {"amount": "montos"}),
}
"""What the words call each answer and each of its fields, beside those that say which referral it is about."""
WHICH: Final = {"referral_id", "partner", "answered_at"}


def test_each_field_of_each_answer_is_in_the_words() -> None:
    assert contract.Answer.model_fields.keys() == WHICH
    assert {*contract.Answer.__subclasses__()} == ANSWERS.keys()
    for answer, (called, said) in ANSWERS.items():
        assert answer.model_fields.keys() - WHICH == said.keys(), answer.TYPE
        assert all(word in ANSWERED for word in (called, *said.values())), answer.TYPE
    assert all(ANSWERED in text.template for text in TERMS.texts)


HANDED_OVER: Final = "En el Programa, lo que entrego con este consentimiento y los montos de cada solicitud: hasta"
PROOF: Final = "La prueba de este consentimiento (este texto, quién lo dio, cuándo y por qué medio)"
WHAT_WENT: Final = "de qué clases de datos se enviaron, a quién y cuándo"
HOW_IT_GOES: Final = "De cómo va la solicitud y, si $partner declina, su motivo y las prácticas"
AT_THE_DESK: Final = "si se respondió en una página del Programa, el registro de esa respuesta"
REVOKED: Final = "Puedo revocarlo en cualquier momento"

KEPT: Final[dict[str, dict[str, str]]] = {
    "consent": {
        "partner": "COMPARTIR DATOS CON $partner",
        "purposes": "$purposes",
        "data_classes": "$data_classes",
        "expires_on": "Vale hasta el $expires_on",
        "revoked_at": REVOKED,
        "superseded_at": "doy otro a $partner",
        "papers": HANDED_OVER,
        **dict.fromkeys(("text_version", "text_sha256", "given_at", "given_by", "channel"), PROOF),
    },
    "papers of a consent": dict.fromkeys(("identity", "contact", "capacity"), HANDED_OVER),
    "consent_text": dict.fromkeys(("sha256", "version", "body", "kept_at"), PROOF),
    "referral": {
        **dict.fromkeys(("partner", "sent_at"), WHAT_WENT),
        **dict.fromkeys(("state", "reason", "questions", "heard_at", "folio_at", "corrected_at"), HOW_IT_GOES),
        "recalled_at": REVOKED,
        "desk": AT_THE_DESK,
        "papers": HANDED_OVER,
    },
    "papers of a referral": {
        **dict.fromkeys(("amount", "approved", "disbursed", "payments"), HANDED_OVER),
        **dict.fromkeys(("folio", "items", "approved_term_months"), ANSWERED),
        "term_months": "$data_classes",
    },
    "sending": dict.fromkeys(("referral_id", "partner", "sent_at"), WHAT_WENT),
    "financing_case": {"consents": HANDED_OVER, "referrals": HANDED_OVER},
}
"""What the firm said or its partner answered, by where it is kept, and the words that speak of it."""

NO_WORD_YET: Final = {
    "papers of a referral": {"authorisation"},
    "authorisation": {"lender", "folio", "given_on", "expires_on"},
}
"""Said by the firm after its consent, and in no released text: the next version has to say that it is kept."""

OF_THE_PROGRAM: Final[dict[str, set[str]]] = {
    "consent": {"id", "supplier_id", "papers_held", "identity_confirmed_at", "promised"},
    "referral": {
        *("id", "supplier_id", "need_id", "consent_id", "purpose", "product", "shape", "plan", "promised"),
        *("changed_at", "awaits", "answer_due_at", "sla_days", "reminder_bp", "remind_at", "lapse_at", "erase_at"),
        *("reminded_at", "silent", "lapsed_at", "ignored_answers", "last_ignored"),
    },
    "financing_case": {
        *("id", "profile", "withdrawn", "diagnosis", "matches", "contracts", "cohort_id", "plan", "plan_told_at"),
        *("completed", "needs", "wake_at", "shown"),
    },
    "need": {
        *("id", "supplier_id", "purpose", "open", "questions", "modules", "amount", "options", "eligible_partners"),
        "terms",
    },
    "sending": {"id", "event_id", "key_id"},
    "trial": {"id", "partner", "referral", "refused"},
}
"""Neither said by the firm here nor answered by its partner: ids, moments, what other stages told, estimates."""
PARTS: Final[dict[DataClass, type]] = {
    "identity": consent.IdentityPapers,
    "contact": consent.ContactPapers,
    "capacity": consent.CapacityPapers,
}
OF_NO_FIRM: Final = {"partner", "offer"}


def kept() -> dict[str, set[str]]:
    """All that there is, by table; what is in one as JSON, by what it is of."""
    columns = {name: {*table.columns.keys()} for name, table in Table.metadata.tables.items()}
    inside = {
        "consent": consent.Consent,
        "papers of a consent": consent.Papers,
        "referral": referral.Referral,
        "papers of a referral": referral.Papers,
        "authorisation": CreditAuthorisation,
        "financing_case": Case,
    }
    assert {"consent", "referral"} == {ConsentRow.__tablename__, ReferralRow.__tablename__}
    for name, declared in inside.items():
        columns.setdefault(name, set()).update(each.name for each in fields(declared))
    return {name: found for name, found in columns.items() if name not in OF_NO_FIRM}


def test_each_column_is_in_the_words_or_holds_nothing_that_was_said_or_answered() -> None:
    found = kept()
    for name, there in found.items():
        said, other, lacking = KEPT.get(name, {}).keys(), OF_THE_PROGRAM.get(name, set()), NO_WORD_YET.get(name, set())
        assert there == said | other | lacking, name
        assert len(there) == len(said) + len(other) + len(lacking), f"{name}: one thing is in two lists"
    assert found.keys() == KEPT.keys() | OF_THE_PROGRAM.keys() | NO_WORD_YET.keys()
    for text in TERMS.texts:
        for class_, part in PARTS.items():
            assert {each.name for each in fields(part)} <= text.fields[class_].keys(), class_
    words = {each for said in KEPT.values() for each in said.values()}
    assert [each for each in words for text in TERMS.texts if each not in text.template] == []
