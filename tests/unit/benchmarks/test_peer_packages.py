"""How packages of other gateways are installed, and what is told where that does not work."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.gateway.peer import package
from benchmarks.gateway.peer.setup import Absent

Program = Callable[[str, str], Path]


@pytest.fixture
def program(programs: Path) -> Program:
    """Puts a shell script on PATH, which also writes down how it was called."""

    def put(name: str, text: str) -> Path:
        at = programs / name
        at.write_text(f'#!/bin/sh\necho "$@" >> {programs}/calls\n{text}\n')
        at.chmod(0o755)
        return at

    return put


@pytest.fixture
def calls(programs: Path) -> Callable[[], list[str]]:
    return lambda: (programs / "calls").read_text().splitlines()


@pytest.fixture
def python(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A Python whose environments are copies of itself, with one package of that name and version."""

    def pretend(name: str, installed: str) -> Path:
        at = program(
            "python",
            f"""case "$2" in
venv) mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
pip) if [ "$3" = list ]; then echo '[{{"name": "{name}", "version": "{installed}"}}]'; fi ;;
esac""",
        )
        monkeypatch.setattr(sys, "executable", str(at))
        return at

    return pretend


def test_a_package_of_python_has_an_environment_of_its_own_and_is_installed_once(
    python: Program, peers_home: Path, calls: Callable[[], list[str]]
) -> None:
    python("litellm", "1.2.3")
    for _ in range(2):
        assert package.from_pypi("litellm", "litellm[proxy]") == peers_home / "litellm" / "bin"
    assert calls() == [
        f"-m venv --clear {peers_home / 'litellm'}",
        "-m pip install -q litellm[proxy]",
        "-m pip list --format json",
    ]
    assert package.installed("litellm") == "1.2.3"


@pytest.mark.parametrize("listed", ["vllm_router", "VLLM.Router", "vllm-router"])
def test_a_version_is_found_however_the_name_is_spelled(listed: str, python: Program, peers_home: Path) -> None:
    python(listed, "0.1.17")
    package.from_pypi("vllm-router", "vllm-router")
    assert package.installed("vllm-router") == "0.1.17"


def test_a_package_of_node(program: Program, peers_home: Path, calls: Callable[[], list[str]]) -> None:
    program("npm", """mkdir -p "node_modules/$4"; echo '{"version": "1.15.2"}' > "node_modules/$4/package.json" """)
    package.from_npm("portkey", "@portkey-ai/gateway")
    at = package.from_npm("portkey", "@portkey-ai/gateway")
    assert at == peers_home / "portkey" / "node_modules" / "@portkey-ai" / "gateway"
    assert calls() == ["install --no-audit --no-fund @portkey-ai/gateway"]
    assert package.installed("portkey") == "1.15.2"


def test_a_crate(program: Program, peers_home: Path) -> None:
    program(
        "cargo",
        """mkdir -p "$5"; [ "$2" = --list ] && printf 'noveum-ai-gateway v2.0.1:\\n    noveum-ai-gateway\\n'; true""",
    )
    at = package.from_crates("noveum", "noveum-ai-gateway")
    assert at == peers_home / "noveum" / "bin" / "noveum-ai-gateway"
    assert package.installed("noveum") == "2.0.1"


@pytest.mark.parametrize(("said", "version"), [
    ("HAProxy version 2.6.12-1+deb12u2 2025/04/16 - https://haproxy.org/", "2.6.12"),
    ("of some day", "from the system"),
])  # fmt: skip
def test_a_program_of_the_system(said: str, version: str, program: Program, peers_home: Path) -> None:
    at = program("haproxy", f"echo '{said}'")
    assert package.on_path("haproxy") == str(at)
    assert package.installed("haproxy") == version


def test_what_is_not_there_is_said(peers_home: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(Absent, match="there is no no-such-proxy on PATH"):
        package.on_path("no-such-proxy")
    with pytest.raises(Absent, match="it needs npm"):
        package.from_npm("portkey", "@portkey-ai/gateway")
    with pytest.raises(Absent, match="it needs cargo"):
        package.from_crates("noveum", "noveum-ai-gateway")


def test_what_the_installer_said_last_is_told_and_it_is_tried_anew(program: Program, peers_home: Path) -> None:
    program("npm", "echo 'npm ERR! code E404' >&2; echo 'npm ERR! not in this registry' >&2; exit 1")
    with pytest.raises(Absent, match=r"^npm install --no-audit failed: npm ERR! not in this registry$"):
        package.from_npm("portkey", "@portkey-ai/gateway")
    program("npm", "exit 3")
    with pytest.raises(Absent, match="failed: without a word"):
        package.from_npm("portkey", "@portkey-ai/gateway")


def test_the_version_of_what_is_installed_beside_accord_is_known(peers_home: Path) -> None:
    assert package.installed("pytest") == pytest.__version__
    assert package.installed("no-such-gateway") == "from the system"
