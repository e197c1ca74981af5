"""Pools of firms and cohorts that contend, for hypothesis, and who is chosen of them."""

from hypothesis import strategies as st

from services.development.domain.candidate import Candidate, Standing
from services.development.domain.cohort import Cohort
from services.development.domain.selection import Placement, placement
from tests.development.decided import listed
from tests.development.given import BASIS, IN_ORDER, candidate, cohort, diagnosis, gap, override

standings = st.builds(
    Standing,
    st.sampled_from(["not_listed", "presumed", "definitive"]),
    st.sampled_from(["positive", "negative", "negative_with_plan", "unknown"]),
    st.booleans(),
)
diagnoses = st.builds(
    diagnosis,
    overall=st.integers(4_000, 9_500),
    band=st.sampled_from(["A", "B", "C1", "C2", "C2", "C3"]),
    commitment=st.sampled_from([None, 1, 2, 3]),
    gaps=st.lists(st.sampled_from(["T05", "O03", "A01"]).map(gap), max_size=3, unique=True).map(tuple),
)


@st.composite
def pools(draw: st.DrawFn) -> list[Candidate]:
    numbers = draw(st.lists(st.integers(1, 40), unique=True, max_size=25))
    return [
        candidate(
            number,
            match=draw(st.none() | st.integers(6_500, 10_000)),
            standing=draw(st.none() | standings | st.just(IN_ORDER)),
            withdrawn=draw(st.sampled_from([False, False, False, True])),
            result=draw(diagnoses),
        )
        for number in numbers
    ]


@st.composite
def cohorts(draw: st.DrawFn) -> Cohort:
    capacity = draw(st.integers(1, 10))
    words = draw(st.dictionaries(st.integers(1, 40), st.sampled_from(["in", "out"]), max_size=15))
    return cohort(capacity, *(override(number, direction) for number, direction in sorted(words.items())))  # type: ignore[arg-type]


def chosen(pool: list[Candidate], round_: Cohort) -> tuple[Placement, ...]:
    firms = {firm.id: firm for firm in pool if firm.awaits_selection}
    return tuple(placement(firms[place.id], place, round_, BASIS) for place in listed(firms.values(), round_))


def reasoned(pool: list[Candidate], round_: Cohort) -> tuple[Placement, ...]:
    """The same, with why each is in or out."""
    firms = {firm.id: firm for firm in pool if firm.awaits_selection}
    found = listed(firms.values(), round_, reasons=True)
    return tuple(placement(firms[place.id], place, round_, BASIS) for place in found)


def only(firm: Candidate, round_: Cohort | None = None) -> Placement:
    (placement,) = chosen([firm], round_ or cohort())
    return placement
