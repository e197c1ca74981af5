"""murmur2 as the Java client computes it; the vectors are those of Kafka's own `UtilsTest.testMurmur2`."""

import pytest
from aiokafka.partitioner import murmur2

from shared.messaging.producer import partition_of

JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "expected"), JAVA.items())
def test_murmur2_is_java_s(key: bytes, expected: int) -> None:
    assert murmur2(key) & 0xFFFFFFFF == expected & 0xFFFFFFFF


def test_the_sign_is_cleared_as_java_does() -> None:
    assert partition_of(b"21", 6) == (-973932308 & 0x7FFFFFFF) % 6
