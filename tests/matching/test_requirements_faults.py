"""What the rules say of a requirement is told beside the fields of it that are not well formed."""

from services.matching.views.requirements import AskedSpecification, PublishBody, WaiverBody
from shared.service.http.wellformed import broken


def test_a_day_that_is_over_is_told_whatever_else_is_wrong() -> None:
    asked = {"open_until": "2020-01-01", "annual_volume": "x"}
    told = list(broken(PublishBody, {"specification": asked}, [("specification", "annual_volume")]))
    assert told == [("specification.open_until", "open_until_past", {})]
    assert list(broken(AskedSpecification, asked, [("annual_volume",)])) == [("open_until", "open_until_past", {})]
    assert list(broken(WaiverBody, {"until": "2020-01-01"}, [("gate",)])) == [("until", "waiver_past", {})]


def test_a_day_that_is_none_is_not_told_twice() -> None:
    assert list(broken(AskedSpecification, {"open_until": "soon"}, [("open_until",)])) == []
