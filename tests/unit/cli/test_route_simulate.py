"""`accord route simulate`: scenarios run, results are told, mistakes are named."""

import json
from pathlib import Path

import pytest

from accord.cli.main import run
from accord.cli.route_scenario import read_scenario
from accord.core.error import ConfigError

SCENARIOS = sorted((Path(__file__).resolve().parents[3] / "docs/scenarios").glob("*.yaml"))
SMALL = "seconds: 5\ntraffic: {rate: 20}\ntargets: [{name: a}, {name: b, price: {input: 1, output: 2}}]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(SMALL)
    return path


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_of_the_documentation_can_be_read(scenario: Path) -> None:
    assert read_scenario(scenario).title


def test_a_run_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["route", "simulate", str(file)]) == 0
    out = capsys.readouterr().out
    assert "weighted, seed 1" in out
    assert "100.00 %" in out
    assert "unknown" in out, "the price of one target is unknown, so the sum is"


def test_the_same_seed_gives_the_same_run(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for seed in ("7", "7", "8"):
        assert run(["route", "simulate", str(file), "--json", "--seed", seed]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] != outputs[2]
    result = json.loads(outputs[0])
    assert result["calls"] == result["answered"] == sum(moment["calls"] for moment in result["timeline"])


def test_strategies_side_by_side_meet_the_same_calls(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["route", "simulate", str(file), "--json", "--compare"]) == 0
    results = json.loads(capsys.readouterr().out)
    assert [result["strategy"] for result in results][:2] == ["weighted", "round_robin"]
    assert len(results) == 6
    assert len({result["calls"] for result in results}) == 1
    assert run(["route", "simulate", str(file), "--compare"]) == 0
    assert "requests of" in capsys.readouterr().out


def test_a_plot_is_one_page(file: Path, tmp_path: Path) -> None:
    file.write_text(SMALL + "title: <b>&\n")
    page = tmp_path / "out.html"
    assert run(["route", "simulate", str(file), "--plot", str(page)]) == 0
    text = page.read_text()
    assert "<b>&" not in text
    assert text.count("<svg") == 4
    assert "http" not in text


def test_a_plot_that_cannot_be_written(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["route", "simulate", str(file), "--plot", str(tmp_path / "no" / "out.html")]) == 2
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "object missing required field `targets`"),
        ("targets: []", "targets: expected `array` of length >= 1"),
        ("targets: [{name: a, latncy: 1}]", "targets[0].latncy: unknown key; did you mean 'latency'?"),
        ("targets: [{name: a, latency: {median: 1}}]", "targets[0].latency: expected `median` and `p99`, or `mean`"),
        ("targets: [{name: a, latency: {median: 2, p99: 1}}]", "targets[0].latency: `p99` is below `median`"),
        ("targets: [{name: a, latency: -1}]", "targets[0].latency: expected `float` >= 0.0"),
        ("targets: [{name: a, faults: [{kind: fire}]}]", "targets[0].faults[0].kind: invalid enum value 'fire'"),
        (
            "targets: [{name: a, faults: [{kind: hang, since: 5, until: 5}]}]",
            "targets[0].faults[0]: `until` is not after `since`",
        ),
        ("targets: [{name: a, price: {input: -1, output: 1}}]", "targets[0].price: a price is a number of 0 or more"),
        ("targets: [{name: a}, {name: a}]", "the target 'a' is there twice"),
        ("targets: [{name: a}]\ntraffic: {rate: []}", "traffic: `rate` over time"),
        ("targets: [{name: a}]\ntraffic: {rate: [{at: 5, rate: 1}, {at: 1, rate: 1}]}", "traffic: `rate` over time"),
        ("targets: [{name: a}]\ntraffic: {keys: []}", "traffic: `keys` has no entry"),
        ("targets: [{name: a}]\npolicy: {strategy: best}", "policy.strategy: invalid enum value 'best'"),
        ("targets: [{name: a}]\npolicy: {strateg: fastest}", "policy.strateg: unknown key; did you mean 'strategy'?"),
        ("targets: [{name: a}]\npolicy: {continue_interrupted: true}", "cannot be simulated"),
        ("- a", "expected a mapping"),
    ],
)
def test_a_mistake_is_told_with_its_path(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_scenario(path)
    assert told in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert run(["route", "simulate", str(path)]) == 2


@pytest.mark.parametrize("scenario", sorted((Path(__file__).parents[3] / "docs" / "scenarios").glob("*.yaml")), ids=str)
def test_every_scenario_of_the_documentation_runs(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["route", "simulate", str(scenario), "--json"]) == 0
    assert capsys.readouterr().out.startswith(("{", "["))
