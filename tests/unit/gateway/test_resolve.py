"""From names to targets: public name, provider and model, wildcard, family; in that order."""

import pytest

from accord.core.error import InvalidInput, ModelNotFound
from accord.engine.group import Standings
from accord.gateway.config import Config, KeySettings
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.http import Request
from accord.gateway.keys import ANYBODY, Key, Keyring
from accord.gateway.resolve import Directory


def config(text: str) -> Config:
    return decode_config(parse_document(text, "x.yaml"), {}, "x.yaml")


def directory(text: str) -> Directory:
    return Directory(config(text), Standings())


def key_for(*models: str) -> Key:
    found = Keyring([KeySettings(name="k", key="k", models=models)]).find(
        Request(method="GET", path="/", headers=(("api-key", "k"),))
    )
    assert found is not None
    return found


DIRECTORY = directory("""
providers:
  openai: {type: openai, api_key: sk-test}
  lab: {type: compatible, base_url: "http://127.0.0.1:9/v1"}
models:
  fast: {targets: [{provider: openai, model: gpt-5.4-mini}]}
  openai/special: {targets: [{provider: lab, model: big}]}
  "claude-*": {targets: [{provider: lab, model: "anthropic/claude-*"}]}
  "claude-opus-*": {targets: [{provider: lab, model: "opus"}]}
  "*-local": {targets: [{provider: lab}]}
""")


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("fast", "openai/gpt-5.4-mini"),
        ("openai/gpt-9", "openai/gpt-9"),
        ("lab/meta/llama-4:free", "lab/meta/llama-4:free"),
        ("openai/special", "lab/big"),
        ("claude-sonnet-5", "lab/anthropic/claude-sonnet-5"),
        ("claude-opus-6", "lab/opus"),
        ("qwen-local", "lab/qwen-local"),
        ("gpt-5.4", "openai/gpt-5.4"),
        ("o3", "openai/o3"),
        ("chatgpt-latest", "openai/chatgpt-latest"),
        ("text-embedding-3-small", "openai/text-embedding-3-small"),
    ],
)
def test_names(name: str, canonical: str) -> None:
    assert DIRECTORY.resolve(name, ANYBODY).canonical == canonical
    assert DIRECTORY.resolve(name, ANYBODY).name == name


def test_the_same_target_is_kept() -> None:
    assert DIRECTORY.resolve("fast", ANYBODY).target is DIRECTORY.resolve("openai/gpt-5.4-mini", ANYBODY).target


@pytest.mark.parametrize("name", ["", "nope", "gemini-3", "unknown/gpt-5", "openai/", "/", "Fast"])
def test_unknown_names(name: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        DIRECTORY.resolve(name, ANYBODY)
    assert (caught.value.status, caught.value.code, caught.value.param) == (404, "model_not_found", "model")


def test_the_nearest_names_are_told() -> None:
    with pytest.raises(ModelNotFound, match="Did you mean `fast`"):
        DIRECTORY.resolve("fsat", ANYBODY)
    with pytest.raises(ModelNotFound, match="Models are named `openai/<model>` or `lab/<model>`"):
        DIRECTORY.resolve("zzzzzzzzzzzz", ANYBODY)


def test_a_long_name_is_not_repeated_whole() -> None:
    with pytest.raises(ModelNotFound) as caught:
        DIRECTORY.resolve("x" * 100_000, ANYBODY)
    assert len(caught.value.message) < 1000


def test_several_makers_are_ambiguous() -> None:
    two = directory("providers: {one: {type: openai, api_key: k}, two: {type: openai, api_key: k}}")
    with pytest.raises(InvalidInput, match="`one/gpt-5`, `two/gpt-5`") as caught:
        two.resolve("gpt-5", ANYBODY)
    assert caught.value.param == "model"
    assert two.resolve("two/gpt-5", ANYBODY).canonical == "two/gpt-5"


def test_equal_wildcards_are_ambiguous() -> None:
    two = directory(
        '{providers: {a: {type: openai, api_key: k}}, models: {"x-*": {targets: [{provider: a}]}, "*-y": {targets: [{provider: a}]}}}'
    )
    with pytest.raises(InvalidInput, match="`x-\\*`, `\\*-y`"):
        two.resolve("x-y", ANYBODY)


def test_a_key_is_held_to_its_models_by_either_name() -> None:
    assert DIRECTORY.resolve("fast", key_for("openai/*")).canonical == "openai/gpt-5.4-mini"
    assert DIRECTORY.resolve("fast", key_for("fast")).canonical == "openai/gpt-5.4-mini"
    with pytest.raises(ModelNotFound):
        DIRECTORY.resolve("openai/gpt-5.4-mini", key_for("fast"))
    with pytest.raises(ModelNotFound):
        DIRECTORY.resolve("fast", key_for("lab/*"))


def test_what_a_key_may_not_use_is_not_suggested() -> None:
    with pytest.raises(ModelNotFound) as caught:
        DIRECTORY.resolve("fsat", key_for("lab/*"))
    assert "fast" not in caught.value.message


def test_callers_cannot_fill_the_memory() -> None:
    small = directory("providers: {a: {type: openai, api_key: k}}")
    for number in range(25_000):
        small.resolve(f"a/m{number}", ANYBODY)
    assert len(small._found) <= 10_000
    assert len(small._targets) <= 10_000
