"""What `pip install accord` alone gives: a library that works, and a command that says what it needs."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""
"""As if extras were not installed."""

EXTRAS = (
    "azure",
    "cyclopts",
    "google",
    "httpx2",
    "opentelemetry",
    "pydantic",
    "requests",
    "rich",
    "uvicorn",
    "uvloop",
    "yaml",
)

CALLS = """
import asyncio, accord
from accord.client.failure_log import FailureLog
from accord.compat.openai import OpenAI
from accord.testing import FakeProvider, cassette

async def waited(provider):
    async with accord.AsyncClient(provider) as client:
        return (await client.chat_completion("Hello", model="gpt-5.4-mini")).text

with FakeProvider() as fake:
    provider = accord.OpenAI(api_key=fake.key, base_url=fake.url)
    with accord.Client(provider, observers=[FailureLog()]) as client:
        print(bool(client.chat_completion("Hello", model="gpt-5.4-mini").text))
        print(type(client.parse("How many?", model="gpt-5.4-mini", into=int)))
    print(bool(asyncio.run(waited(provider))))
others = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print(sorted(name for name in others if not name.startswith(("_", "cython"))))
"""


def run(code: str, *extras: str) -> subprocess.CompletedProcess[str]:
    program = WITHOUT.format(extras=extras) + code
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_the_command_says_which_extra_it_needs() -> None:
    done = run("from accord.__main__ import main; main()", "cyclopts", "rich", "yaml")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "the command line needs cyclopts: pip install 'accord[cli]'\n"


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "accord", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:2]) == (0, "0.")


def test_serving_by_uvicorn_says_which_extra_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from accord.cli.main import run as command
    from accord.gateway import listen

    monkeypatch.setattr(listen, "find_spec", lambda name: None)
    assert command(["serve", "--server", "uvicorn", "--port", "0"]) == 2
    assert "pip install 'accord[gateway]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("accord.client.tracing", "otel"),
        ("accord.client.metering", "otel"),
        ("accord.transport.httpx2_transport", "http2"),
    ],
)
def test_what_needs_an_extra_says_which(module: str, extra: str) -> None:
    done = run(f"import {module}", *EXTRAS)
    assert done.stderr.splitlines()[-1].endswith(f"pip install 'accord[{extra}]'")


def test_the_library_works_with_its_three_dependencies_alone() -> None:
    done = run(CALLS, *EXTRAS)
    assert done.returncode == 0, done.stderr
    whole, value, waited, modules = done.stdout.splitlines()
    assert (whole, value, waited) == ("True", "<class 'int'>", "True")
    assert modules == "['accord', 'httptools', 'msgspec', 'typing_extensions']"
