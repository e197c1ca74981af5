from shared.messaging.broker import ConsumingBroker
from shared.runtime.settings import KafkaSettings


def test_every_named_server_is_asked() -> None:
    """FastStream takes a string for one server, whatever commas it has: no consumer found three brokers."""
    broker = ConsumingBroker(KafkaSettings(bootstrap="kafka-1:9093,kafka-2:9093"), "client", 1.0)
    assert broker.specification.url == ["kafka-1:9093", "kafka-2:9093"]
