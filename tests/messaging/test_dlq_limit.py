from uuid import uuid4

import pytest

from shared.messaging.codec import Record
from shared.messaging.dead_letters import HANDLER_FAILED, SetAside
from shared.messaging.dlq_limit import DlqLimit, DlqLimitReachedError

PARTNERS = "partner.nafin.answers.v1"


def letters(count: int, reason: str = HANDLER_FAILED, topic: str = "registration.supplier.v1") -> list[SetAside]:
    return [SetAside(uuid4(), Record(topic, 0, 0, None, None), reason, "ValueError", None, None) for _ in range(count)]


def take(limit: DlqLimit, applied: int, dead: int) -> None:
    limit.took(applied, limit.admit(applied, letters(dead)))


def test_many_dead_among_few_reach_it_and_it_stays_reached() -> None:
    limit = DlqLimit(max_ratio=0.2, min_count=5, window=100)
    take(limit, 10, 4)
    with pytest.raises(DlqLimitReachedError):
        limit.admit(0, letters(1))
    with pytest.raises(DlqLimitReachedError):
        limit.admit(1_000, [])
    limit.lift()
    take(limit, 0, 4)


def test_few_reach_it_at_no_ratio_and_a_small_ratio_at_no_number() -> None:
    few = DlqLimit(max_ratio=0.2, min_count=5, window=100)
    take(few, 0, 4)
    rare = DlqLimit(max_ratio=0.2, min_count=5, window=100)
    for _ in range(50):
        take(rare, 8, 2)
    with pytest.raises(DlqLimitReachedError):
        rare.admit(0, letters(1))


def test_only_the_last_records_count() -> None:
    limit = DlqLimit(max_ratio=0.2, min_count=5, window=20)
    take(limit, 20, 4)
    take(limit, 20, 0)
    take(limit, 16, 4)


@pytest.mark.parametrize(
    ("reason", "topic"), [("referral_unknown", PARTNERS), ("not_json", PARTNERS), (HANDLER_FAILED, PARTNERS)]
)
def test_what_a_partner_sent_or_a_handler_refused_says_nothing_about_this_build(reason: str, topic: str) -> None:
    assert DlqLimit(max_ratio=0.2, min_count=5, window=100).admit(0, letters(50, reason, topic)) == 0


def test_poison_on_a_stage_s_topic_counts() -> None:
    with pytest.raises(DlqLimitReachedError):
        DlqLimit(max_ratio=0.2, min_count=5, window=100).admit(0, letters(5, "wrong_shape"))


def test_without_a_limit_everything_passes() -> None:
    assert DlqLimit.none().admit(0, letters(1_000)) == 1_000
