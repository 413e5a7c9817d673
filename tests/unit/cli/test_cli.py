"""The command line: help, exit codes, and errors a person can read."""

import json
from pathlib import Path

import pytest

from accord.cli.main import run
from accord.core.error import AccordError, ConfigError

GOOD = "providers: {openai: {type: openai, api_key: sk-test-secret}}\nmodels: {fast: {targets: [{provider: openai}]}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "accord.yaml"
    path.write_text(GOOD)
    return path


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("0.")


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert "serve" in out
    assert "config" in out


def test_serve_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--help"]) == 0
    out = capsys.readouterr().out
    for option in ("--config", "--host", "--port", "--workers"):
        assert option in out


def test_a_good_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check", str(file)]) == 0
    assert "all is well: 1 providers, 1 public models, 0 keys" in capsys.readouterr().out


def test_a_wrong_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("providers: {a: {type: openai, api_kee: x}}")
    assert run(["config", "check", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.err.strip() == f"{file}: providers.a.api_kee: unknown key; did you mean 'api_key'?"
    assert captured.out == ""


def test_a_gateway_open_to_the_network_needs_keys(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("gateway: {host: 0.0.0.0}")
    assert run(["config", "check", str(file)]) == 2
    assert "without keys the gateway listens on this machine alone" in capsys.readouterr().err
    assert run(["serve", "--config", str(file)]) == 2
    assert run(["serve", "--host", "0.0.0.0"]) == 2


def test_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check", "nowhere.yaml"]) == 2
    assert capsys.readouterr().err == "nowhere.yaml: no such file or directory\n"


def test_show_has_no_secret(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "show", str(file)]) == 0
    out = capsys.readouterr().out
    assert "sk-test" not in out
    assert "max_connections: 1000" in out


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "schema"]) == 0
    assert '"$schema"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["serve", "--prot", "1"],
        ["serve", "--port", "x"],
        ["serve", "--port", "70000"],
        ["config", "check"],
        ["serve", "--workers", "0"],
    ],
)
def test_a_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    assert captured.err + captured.out


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 2
        assert f"cannot listen on 127.0.0.1:{port}: address already in use" in capsys.readouterr().err
        assert run(["serve", "--port", str(port), "--workers", "2"]) == 2


def test_models_are_filtered_and_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "models",
        "openai",
        "--can",
        "tools",
        "--can",
        "pictures",
        "--least-context",
        "200000",
        "--sort",
        "input",
    ]
    assert run([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(fact["tools"] and "image" in fact["input"] for fact in found)
    prices = [
        float(fact["prices"]["base"]["input"]) for fact in found if "input" in fact.get("prices", {}).get("base", {})
    ]
    assert prices
    assert prices == sorted(prices)
    assert run(["models", "openai", "--least-context", "999999999"]) == 1


@pytest.mark.parametrize("error", [ConfigError, AccordError, ValueError])
def test_an_error_gives_a_terminal_nothing_to_obey(
    error: type[Exception], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error("the host said \x1b]0;owned\x07")

    monkeypatch.setattr("accord.cli.main.app", fails)
    assert run(["models"]) != 0
    said = capsys.readouterr().err
    assert "the host said ]0;owned" in said
