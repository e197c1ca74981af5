"""The capacity model: that it reckons from what was measured, and that its page says what it reckons."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.capacity import chart
from deploy.capacity.__main__ import PAGE, main
from deploy.capacity.chart import ChartTextError
from deploy.capacity.inputs import Inputs, MeasurementError, assumptions, read_figures
from deploy.capacity.limits import breaks, limits
from deploy.capacity.load import BUILT, MOVED, load
from deploy.capacity.need import need
from deploy.capacity.tables import MARK, TABLES, page
from shared.messaging.topics import MATCH, REQUIREMENT
from tests.bench.stages import HEARD

LARGE = 4_000_000


@pytest.fixture
def inputs() -> Inputs:
    return Inputs.read()


@pytest.fixture
def still(inputs: Inputs) -> Inputs:
    """What is asked for never changes: the demo, and nothing else."""
    return inputs.with_assumed(requirement_turnover=0.0)


def measured(inputs: Inputs, part: str, name: str, factor: float) -> Inputs:
    """One figure multiplied."""
    row = inputs.figures[part][name]
    return inputs.with_figures({part: {name: {**row, "value": row["value"] * factor}}})


def test_the_page_says_what_the_model_reckons(inputs: Inputs) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(inputs, text), "run `make capacity`, and read the text around the tables again"


def test_the_page_has_every_table() -> None:
    assert sorted(found[1] for found in MARK.findall(PAGE.read_text(encoding="utf-8"))) == sorted(TABLES)


@pytest.mark.parametrize("topic", ["diagnosis.diagnosis.v1", "development.plan.v1", "financing.referral.v1"])
def test_the_demos_suppliers_make_the_demos_events(still: Inputs, topic: str) -> None:
    row = still.program["topics"][topic]
    flow = load(still, still.program["suppliers"]).flows[topic]
    assert flow.year == pytest.approx(sum(row["events"].values()))
    assert flow.bytes == pytest.approx(row["bytes"])


def test_matches_measured_by_themselves_are_about_those_of_the_demo(still: Inputs) -> None:
    """Another program measured them, with other diagnoses: it is the same trade."""
    events = still.program["topics"][MATCH.name]["events"]
    told = sum(
        count
        for type_, count in events.items()
        if type_ not in {"matching.match-answered", "matching.contract-awarded"}
    )
    assert load(still, still.program["suppliers"]).flows[MATCH.name].year == pytest.approx(told, rel=0.1)


@pytest.mark.parametrize("service", ["diagnosis", "development", "financing"])
def test_a_stage_takes_in_what_its_inbox_of_the_demo_has(still: Inputs, service: str) -> None:
    flows = load(still, still.program["suppliers"]).read_by(service)
    # Requirements stand still here, and answers are counted with them.
    assert sum(flow.year for flow in flows) == pytest.approx(still.program["services"][service]["consumed"], rel=0.1)


def test_who_reads_was_kept_with_the_demo(inputs: Inputs) -> None:
    """And so a reader more in the catalogue leaves the page alone until a demo has measured it."""
    row = {**inputs.program["topics"][REQUIREMENT.name], "readers": ["development", "portal", "diagnosis"]}
    more = replace(inputs, program={**inputs.program, "topics": {**inputs.program["topics"], REQUIREMENT.name: row}})
    at, then = (need(each, LARGE).stages["diagnosis"].consumed for each in (inputs, more))
    assert then - at == pytest.approx(load(inputs, LARGE).flows[REQUIREMENT.name].peak)


@pytest.mark.parametrize("service", ["diagnosis", "development", "financing"])
def test_a_journal_holds_what_it_held_in_the_demo(still: Inputs, service: str) -> None:
    journal = need(still, still.program["suppliers"]).stages[service].journal_gb * 1e9
    assert journal == pytest.approx(still.program["services"][service]["journal_bytes"], rel=0.01)


@pytest.mark.parametrize("service", ["diagnosis", "development", "financing"])
def test_half_the_speed_is_twice_the_processes(inputs: Inputs, service: str) -> None:
    free = inputs.with_assumed(demand_exponent=0.0)
    at = need(free, 1e9).stages[service]
    slow = need(measured(measured(free, "stages", service, 0.5), "http", "ours", 0.5), 1e9).stages[service]
    assert at.processes > 20
    assert slow.busy == pytest.approx(2 * at.busy)
    assert slow.processes == pytest.approx(2 * at.processes, abs=1)


def test_a_dearer_engine_is_more_processors_of_it(inputs: Inputs) -> None:
    at = need(inputs, LARGE)
    assert need(measured(inputs, "engines", "kafka", 2), LARGE).kafka_busy == pytest.approx(2 * at.kafka_busy)
    dear = need(measured(inputs, "engines", "postgres", 2), LARGE).stages["diagnosis"]
    assert dear.store_busy == pytest.approx(2 * at.stages["diagnosis"].store_busy)


def test_half_the_relay_is_twice_its_share(inputs: Inputs) -> None:
    at, slow = (need(each, LARGE).stages["matching"] for each in (inputs, measured(inputs, "relay", "ours", 0.5)))
    assert slow.relay == pytest.approx(2 * at.relay)


def test_memory_follows_what_a_service_held(inputs: Inputs) -> None:
    more = inputs.with_figures({"memory": {"another backlog": {"value": 1_180, "unit": "MB"}}})
    processes = sum(stage.processes for stage in need(inputs, 400).stages.values())
    assert more.process_mb == 1_180
    held = max(inputs.assumed.process_gb, 2 * inputs.process_mb / 1000)
    assert need(more, 400).memory_gb - need(inputs, 400).memory_gb == pytest.approx(processes * (2.36 - held), rel=0.01)


def test_without_more_demand_twice_the_firms_are_twice_of_all(inputs: Inputs) -> None:
    even = inputs.with_assumed(demand_exponent=0.0)
    once, twice = need(even, 100_000), need(even, 200_000)
    assert twice.published == pytest.approx(2 * once.published, rel=0.01)
    assert twice.sweep_s == pytest.approx(2 * once.sweep_s)
    assert twice.stages["matching"].journal_gb == pytest.approx(2 * once.stages["matching"].journal_gb, rel=0.01)


def test_demand_makes_sweeps_grow_faster_than_the_firms(inputs: Inputs) -> None:
    once, more = load(inputs, 10_000), load(inputs, 40_000)
    assert more.requirements == pytest.approx(2 * once.requirements)
    assert more.visits_year == pytest.approx(8 * once.visits_year)


def test_no_figure_needs_less_for_more_firms(inputs: Inputs) -> None:
    found = [need(inputs, suppliers) for suppliers in (400, 4_000, 40_000, 400_000, LARGE)]
    for figure in ("published", "consumed", "brokers", "kafka_gb", "cores", "memory_gb", "ssd_gb", "usd_month"):
        values = [getattr(each, figure) for each in found]
        assert values == sorted(values), figure


def test_money_is_the_sum_of_its_parts(inputs: Inputs) -> None:
    found, prices = need(inputs, 40_000), inputs.assumed
    parts = (
        (found.cores, prices.core_usd),
        (found.memory_gb, prices.memory_usd),
        (found.ssd_gb, prices.ssd_usd),
        (found.archive_gb, prices.archive_usd),
    )
    assert found.usd_month == pytest.approx(sum(amount * price for amount, price in parts))


@pytest.mark.parametrize("number", range(3))
def test_a_limit_is_passed_where_the_table_says(inputs: Inputs, number: int) -> None:
    found = breaks(inputs)[number]
    for suppliers, over in ((found.suppliers * 0.98, False), (found.suppliers * 1.02, True)):
        (share,) = [each.share for each in limits(inputs, need(inputs, suppliers)) if each.resource == found.resource]
        assert (share > 1) is over


def test_the_page_tells_the_truth_about_the_largest_size(inputs: Inputs) -> None:
    """As built it does not carry it, with the moves it does. Where this fails, write the page's text anew."""
    assert breaks(inputs)[0].suppliers < LARGE < breaks(inputs, MOVED)[0].suppliers


@pytest.mark.parametrize("move", ["shards", "archive"])
def test_each_move_carries_further(inputs: Inputs, move: str) -> None:
    without = replace(MOVED, **{move: getattr(BUILT, move)})
    assert breaks(inputs, without)[0].suppliers < breaks(inputs, MOVED)[0].suppliers


def test_it_asks_the_bench_for_what_the_bench_measures(inputs: Inputs) -> None:
    asked = {stage.name for stage in need(inputs, 400).stages.values() if stage.consumed}
    assert asked == inputs.figures["stages"].keys()
    assert asked <= set(HEARD)


def test_a_bench_run_replaces_figures_by_name(inputs: Inputs, tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    run = {
        "machine": {"at": "2027-01-02T03:04:05"},
        "figures": {"stages": {"matching": {"value": 9_000, "unit": "events/s"}}},
    }
    file.write_text(json.dumps(run))
    newer = inputs.with_figures(read_figures(file))
    assert newer.figures["stages"]["matching"] == {
        "how": "make bench",
        "at": "2027-01-02",
        "value": 9_000,
        "unit": "events/s",
    }
    assert newer.figures["stages"]["diagnosis"] == inputs.figures["stages"]["diagnosis"]
    assert newer.figures["engines"] == inputs.figures["engines"]


def test_what_is_no_measurement_is_said(inputs: Inputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MeasurementError, match="PART=stages"):
        inputs.measured("stages", "portal")
    with pytest.raises(MeasurementError, match="measure it again"):
        measured(inputs, "relay", "ours", 0).measured("relay", "ours")
    (tmp_path / "bench.json").write_text("{}")
    with pytest.raises(SystemExit) as ended:
        main(["--measured", str(tmp_path / "bench.json")])
    assert ended.value.code == 2
    assert "make bench JSON=file" in capsys.readouterr().err


def test_every_assumption_has_its_reason() -> None:
    assert all(row["why"] and row["unit"] for row in assumptions().values())


def test_other_numbers_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--suppliers", "123456"])
    assert "| suppliers | 123,456 |" in capsys.readouterr().out
    main(["--suppliers", "4000000", "--json", "--moved"])
    (found,) = json.loads(capsys.readouterr().out)
    assert found["stages"]["matching"]["shards"] == MOVED.shards


@pytest.mark.parametrize("size", chart.SIZES)
def test_the_charts_values_can_be_read(size: str) -> None:
    found = chart.given(size)
    assert found.suppliers > 1_000
    assert 0 < found.store_gb < found.suppliers


def test_values_in_another_form_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("values-small.yaml", "values.yaml"):
        (tmp_path / name).write_text("service: {}\n")
    monkeypatch.setattr(chart, "VALUES", tmp_path)
    with pytest.raises(ChartTextError, match="small"):
        chart.given("small")
