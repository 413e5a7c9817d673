"""`accord route explain`: the order, the reasons, and errors that say what would be right."""

from pathlib import Path

import msgspec
import pytest

from accord.cli.main import run

CONFIG = """
providers:
  a: {type: openai, api_key: sk-test}
  b: {type: anthropic, api_key: sk-test}
models:
  m:
    targets: [{provider: a, model: gpt-5.4-mini, weight: 3}, {provider: a, model: gpt-3.5-turbo}, {provider: b, model: claude-haiku-4-5, tier: 1}]
    fallback: {context: [b/claude-sonnet-5-5]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "accord.yaml"
    path.write_text(CONFIG)
    return path


def test_the_order_and_the_shares(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["route", "explain", "m", "--config", str(file), "--json"]) == 0
    record = msgspec.json.decode(capsys.readouterr().out)
    assert [(one["model"], one.get("share")) for one in record["considered"]] == [
        ("gpt-5.4-mini", 0.75),
        ("gpt-3.5-turbo", 0.25),
        ("claude-haiku-4-5", None),
        ("claude-sonnet-5-5", None),
    ]


def test_why_a_target_cannot_serve(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = tmp_path / "request.json"
    picture = '{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}'
    request.write_text('{"model": "m", "messages": [{"role": "user", "content": [' + picture + "]}]}")
    assert run(["route", "explain", "m", "--config", str(file), "--request", str(request)]) == 0
    out = capsys.readouterr().out
    assert "it takes no image input" in out
    assert out.index("gpt-5.4-mini") < out.index("claude-haiku-4-5") < out.index("gpt-3.5-turbo")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nothing"], 1, "does not exist"),
        (["m", "--wire", "smoke"], 2, "chat, responses, messages"),
        (["m", "--request", "nowhere.json"], 2, "nowhere.json"),
    ],
)
def test_what_is_wrong_is_said(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert run(["route", "explain", *arguments, "--config", str(file)]) == code
    assert words in capsys.readouterr().err
