from services.development.consume import ROUTES
from shared.messaging.topics import EVENT_TYPES, subscriptions


def test_one_route_an_event() -> None:
    routed = [route.event for route in ROUTES]
    assert len(routed) == len(set(routed))


def test_only_events_of_topics_that_the_stage_reads() -> None:
    for route in ROUTES:
        assert route.event.TOPIC in subscriptions("development")
        assert EVENT_TYPES[route.event.TYPE] is route.event


def test_every_topic_that_the_stage_reads_is_used() -> None:
    assert {route.event.TOPIC for route in ROUTES} == set(subscriptions("development"))
