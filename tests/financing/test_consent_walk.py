"""Each topic of financing and of partners is in the words of a consent with its true days, or has nothing of it."""

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
