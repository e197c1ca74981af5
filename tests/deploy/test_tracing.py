"""One trace from a firm's registration by HTTP through every service that the automatic chain reaches."""

import time
from pathlib import Path

import httpx
import pytest

from deploy.local import background
from deploy.local.demo.sample import prepare
from deploy.local.platform import ANY_PORTS
from shared.runtime.clock import now
from shared.testing.collector import Seen, collecting
from tests.bench.suppliers import body

PATIENCE_S = 40.0
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
DECIDED = {("matching", "decide registration.supplier-registered"), ("diagnosis", "decide matching.offering-aligned")}


def until_seen(spans: list[Seen]) -> list[Seen]:
    """The spans of the caller's trace, once both stages have decided."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = [span for span in spans if span.trace_id == CALLER[3:35]]
        if {(span.service, span.name) for span in found} >= DECIDED:
            return found
        assert time.monotonic() < deadline, sorted({(span.service, span.name) for span in spans})
        time.sleep(0.1)


@pytest.mark.timeout(180)
def test_one_trace_runs_through_the_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv(ANY_PORTS, "1")
        monkeypatch.setenv("PDP_OTLP_ENDPOINT", collector.endpoint)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        data = tmp_path / "data"
        try:
            client = background.start(data, lambda _: None)
            sample = prepare(tmp_path / "sample", now().date(), 1)
            with client.http("registration") as http:
                http.post("/anchors/imports", files={"file": sample.file("anchors.csv")}).raise_for_status()
            with client.http("matching") as http:
                deadline = time.monotonic() + PATIENCE_S
                while len(http.get("/anchors").json()) < 16:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                http.post("/requirements/imports", files={"file": sample.file("requirements.csv")}).raise_for_status()
            url = f"{client.url('registration')}/suppliers"
            httpx.post(url, json=body(0), headers={"traceparent": CALLER}, trust_env=False).raise_for_status()
            found = until_seen(collector.spans)
        finally:
            background.stop(data)
    by_id = {span.span_id: span for span in found}
    (server,) = (span for span in found if span.parent_id == CALLER[36:52])
    assert (server.service, server.name) == ("registration", "POST /suppliers")
    aligned = next(span for span in found if span.name == "decide matching.offering-aligned")
    registered = by_id[aligned.parent_id]
    assert (registered.service, registered.name) == ("matching", "decide registration.supplier-registered")
    assert by_id[registered.parent_id] == server
