"""Pipes, closed streams, no terminal, other locales: what a shell does to a command."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accord.testing import FakeProvider

ACCORD = f"{sys.executable} -m accord"


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


def shell(command: str, fake: FakeProvider | None = None, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a line of bash, in which `accord` is the command."""
    keys = {"OPENAI_API_KEY": fake.key, "OPENAI_BASE_URL": fake.url} if fake is not None else {}
    line = f'set -o pipefail; accord() {{ {ACCORD} "$@"; }}; {command}'
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    return subprocess.run(
        ["bash", "-c", line], env={**known, **keys, **environ}, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize("options", ["", "--no-stream", "--json"])
def test_a_closed_standard_output_is_nobodys_fault(fake: FakeProvider, options: str) -> None:
    done = shell(f"accord ask Hello {options} >&-", fake)
    assert done.returncode == 0
    assert b"should not" not in done.stderr


def test_closed_standard_error_and_input(fake: FakeProvider) -> None:
    done = shell("accord ask Hello 2>&- <&-", fake)
    assert (done.returncode, done.stdout) == (0, b"Hello\n")


@pytest.mark.parametrize("command", ["models --json", "models", "config schema", "completion bash"])
def test_a_reader_who_leaves_early_is_told_nothing(command: str) -> None:
    done = shell(f"accord {command} | head -c 20 >/dev/null")
    assert done.stderr == b""


@pytest.mark.parametrize("command", ["models --json", "config schema"])
def test_a_full_disk_is_said_to_be_one(command: str) -> None:
    done = shell(f"accord {command} > /dev/full")
    assert (done.returncode, done.stderr) == (1, b"the system refused to go on: no space left on device\n")


def test_what_is_piped_in_must_be_text(fake: FakeProvider) -> None:
    done = shell("printf '\\xff\\xfe' | accord ask Hello", fake)
    assert (done.returncode, done.stderr) == (2, b"what is piped in is no text in UTF-8: give files by --file\n")
    assert fake.requests == ()


def test_a_locale_without_letters_keeps_them_all_the_same(fake: FakeProvider) -> None:
    done = shell("printf 'h\\xc3\\xa9' | accord ask olé", fake, LC_ALL="C", PYTHONUTF8="0")
    asked = fake.last.json
    assert isinstance(asked, dict)
    assert asked["messages"] == [{"role": "user", "content": "hé\n\nolé"}]
    assert done.returncode == 0


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
@pytest.mark.parametrize("command", ["models openai", "doctor", "ask Hello", "--help", "ask --help"])
def test_no_terminal_no_colours(fake: FakeProvider, command: str, environ: dict[str, str]) -> None:
    done = shell(f"accord {command}", fake, **environ)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "code", "kind"),
    [
        ("ask Hello --json", 2, "config"),
        ("ask Hello --json --model nobody/x", 2, "invalid_input"),
        ("ask Hello --json --model m --base-url http://127.0.0.1:9", 1, "network"),
        ("models nobody --json", 2, "config"),
        ("config check nowhere.yaml --json", 2, "config"),
        ("replay nowhere.json --against openai/gpt-5.4-mini --json", 2, "config"),
    ],
)
def test_a_program_that_asked_for_json_gets_its_failure_so(command: str, code: int, kind: str) -> None:
    done = shell(f"accord {command}")
    assert done.returncode == code
    told = json.loads(done.stdout)["error"]
    assert told["kind"] == kind
    assert done.stderr.decode().strip() == told["message"]


def test_configuration_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "gateway: {keys: [sk-test-caller]}\nproviders: {openai: {type: openai, api_key: sk-test-secret}}"
    )
    found = json.loads(shell(f"accord config check {tmp_path / 'a.yaml'} --json").stdout)
    assert found == {"notes": [], "providers": ["openai"], "models": [], "keys": 1}
    done = shell(f"accord config show {tmp_path / 'a.yaml'} --json")
    assert json.loads(done.stdout)["providers"]["openai"]["type"] == "openai"
    assert b"sk-test" not in done.stdout


def test_a_mistyped_option_command_and_choice_have_neighbours() -> None:
    for command, told in (("askk x", "ask"), ("ask x --modl y", "--model"), ("models --sort inptu", "input")):
        done = shell(f"accord {command}")
        assert done.returncode == 2
        assert told.encode() in done.stderr
        assert done.stdout == b""
