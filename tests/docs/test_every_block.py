"""No block of any page is there to be looked at alone: each is run, read as what it is, or a drawing.

Python blocks are run by `test_docs.py`. Here are the others: commands as a shell runs them, configuration as the gateway
reads it, and what stands for itself.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import accord
from accord.cli.main import run
from accord.client.plugin import GROUP
from accord.gateway.config import load_config
from accord.testing import cassette

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    return [
        Block(page, found.string[: found.start()].count("\n") + 1, found[2] or "text", found[3])
        for page in PAGES
        for found in FENCE.finditer(page.read_text())
        if not languages or (found[2] or "text") in languages
    ]


def test_every_block_says_what_it_is() -> None:
    """And is among what is run or read, here and in `test_docs.py`."""
    assert {block.language for block in blocks()} == {"python", "sh", "console", "yaml", "json", "toml", "text"}
    for page in PAGES:
        assert page.read_text().count("```") == 2 * len([b for b in blocks() if b.page == page]), page


def test_what_is_merely_looked_at_is_no_code() -> None:
    """Drawings, figures as a benchmark printed them, and the commands of `make`, which `make help` lists."""
    pages = {str(block.page.relative_to(ROOT)) for block in blocks("text")}
    assert pages == {"CONTRIBUTING.md", "docs/explanation/architecture.md", "docs/explanation/performance.md"}


def commands(block: Block) -> Iterator[str]:
    for line in block.text.splitlines():
        command = re.sub(r"\s+#.*", "", line).strip()
        if command:
            yield command


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that commands of the pages name, and `accord` where a shell finds it."""
    (tmp_path / "report.txt").write_text("All is well.")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"\x00" * 24)
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }
    (tmp_path / "person.json").write_text(json.dumps(schema))
    request = {"model": "assistant", "messages": [{"role": "user", "content": "Hello"}]}
    (tmp_path / "request.json").write_text(json.dumps(request))
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "accord"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m accord "$@"\n')
    program.chmod(0o755)
    (tmp_path / "tests" / "cassettes").mkdir(parents=True)
    with cassette(tmp_path / "tests" / "cassettes" / "hello.json"), accord.Client("openai/gpt-5.4-mini") as client:
        client.chat_completion("Say hello")
    return tmp_path


def configured(block: Block) -> Mapping[str, object]:
    """The configuration that a page shows parts of, with the providers that it takes for granted."""
    shown: Mapping[str, object] = yaml.safe_load(block.text)
    named = set(re.findall(r"provider: (\w+)", block.text)) | set(re.findall(r"\[(\w+)/", block.text))
    providers = {name: {"type": "openai", "api_key": "sk-test"} for name in named}
    return {**shown, "providers": {**providers, **shown.get("providers", {})}}  # type: ignore[dict-item]


def of_page(page: str) -> Mapping[str, object]:
    return configured(next(block for block in blocks("yaml") if block.page.stem == page))


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands(block: Block, desk: Path, serve: Callable[..., AbstractContextManager[str]]) -> None:
    page = "run-the-gateway" if block.page.stem == "run-the-gateway" else "route-between-targets"
    (desk / "accord.yaml").write_text(yaml.safe_dump({**of_page(page)}).replace("${GROQ_API_KEY}", "sk-test"))
    environ = {**os.environ, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}"}
    for command in commands(block):
        if command.startswith("make "):
            # What it does is what the rest of CI does; here it is enough that the command is there.
            done = subprocess.run([*shlex.split(command), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
        elif command.startswith("accord serve"):
            with serve(*shlex.split(command.replace("0.0.0.0", "127.0.0.1"))[2:], folder=desk) as url:
                assert url.startswith("http://127.0.0.1:")
            continue
        else:
            done = subprocess.run(
                command, shell=True, cwd=desk, env=environ, input="/quit\n" if command.endswith("chat") else "",
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
        assert done.returncode == 0, f"{block}: {command}\n{done.stdout}{done.stderr}"
        assert "sk-test" not in done.stdout + done.stderr


@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_the_reference_names_commands_that_are_there(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in block.text.split()[1:] if word.islower() and not word.startswith("-")]
    assert run([*words, "--help"]) == 0
    assert f"accord {' '.join(words)}" in capsys.readouterr().out


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_configuration(block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "page.yaml"
    shown: Mapping[str, object] = yaml.safe_load(block.text)
    if "traffic" in shown:
        path.write_text(block.text)
        assert run(["route", "simulate", str(path)]) == 0
        return
    if "scrape_configs" in shown:
        return  # Prometheus' own; that it is YAML is all that can be asked here.
    known = dict.fromkeys(re.findall(r"\$\{(\w+)\}", block.text), "sk-test")
    text = yaml.safe_dump({**configured(block)})
    if block.page.stem == "add-a-provider":
        text = text.replace("type: example", "type: openai")  # `test_plugin_providers.py` has one that is installed.
    path.write_text(text)
    config = load_config(path, known)
    assert set(shown) <= {"gateway", "providers", "models"}
    assert config.providers or "gateway" in shown


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_what_a_package_says_of_itself(block: Block) -> None:
    assert list(tomllib.loads(block.text)["project"]["entry-points"]) == [GROUP]


def test_the_line_of_the_log_has_the_members_that_it_has(tmp_path: Path) -> None:
    (block,) = blocks("json")
    config = {
        "gateway": {
            "port": 0,
            "logging": {"format": "json"},
            "keys": [{"name": "app", "key": "sk-test-app", "models": ["*"]}],
        },
        "providers": {
            "openai": {
                "type": "openai",
                "api_key": os.environ["OPENAI_API_KEY"],
                "base_url": os.environ["OPENAI_BASE_URL"],
            }
        },
        "models": {"fast": {"targets": [{"provider": "openai", "model": "gpt-5.4-mini"}]}},
    }
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "accord", "serve", "--config", "a.yaml"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        port = re.search(r"ready on [\w.]+:(\d+)", process.stdout.readline())
        assert port is not None
        gateway = accord.Compatible(
            api_key="sk-test-app", base_url=f"http://127.0.0.1:{port[1]}/v1", dialect="openai_chat"
        )
        with accord.Client(gateway) as client, client.chat_completion_stream("Hello", model="fast") as stream:
            list(stream)
        line = json.loads(process.stdout.readline())
        process.terminate()
        process.wait(20)
    assert list(line) == list(json.loads(block.text))
