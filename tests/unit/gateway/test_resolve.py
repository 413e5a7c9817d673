"""From names to targets: public name, provider and model, wildcard, family; in that order."""

import pytest

from accord.core.error import InvalidInput, ModelNotFound
from accord.engine.standings import Standings
from accord.gateway.config import Config, KeySettings
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.http import Request
from accord.gateway.key import ANYBODY, Key, Keyring
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


GROUPS = """
providers:
  a: {type: openai, api_key: k}
models:
  best:
    targets: [{provider: a, model: gpt-5.4-mini}]
    fallback: {general: [a/gpt-5.4-nano]}
  "mine-*":
    targets:
      - {provider: a, model: "own-*", concurrency: 5, limits: {requests: 100}}
      - {provider: a, model: gpt-5.4-mini}
    hedge: {}
"""

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
    assert len(small._passing) <= 10_000
    assert len(small._passing_targets) <= 10_000
    assert not small._targets


def test_names_that_callers_choose_take_the_place_of_no_configured_one() -> None:
    found = directory(GROUPS)
    name, target = found.resolve("best", ANYBODY), found.resolve("a/gpt-5.4-mini", ANYBODY).target
    assert name.group is not None
    standing = name.group.pool.seats[0].standing
    for number in range(25_000):
        assert found.resolve(f"mine-{number}", ANYBODY).group is not None
    assert found.resolve("best", ANYBODY) is name
    assert found.resolve("a/gpt-5.4-mini", ANYBODY).target is target
    again = found.resolve("mine-0", ANYBODY).group
    assert again is not None
    assert name.group.pool.seats[0].standing is standing
    assert again.pool.seats[1].standing is standing, "the same target, named by a pattern"


def test_what_bounds_calls_belongs_to_the_pattern_and_not_to_the_names_that_fit_it() -> None:
    found = directory(GROUPS)
    one, other = found.resolve("mine-1", ANYBODY).group, found.resolve("mine-2", ANYBODY).group
    assert one is not None
    assert other is not None
    assert one.pool.budget is other.pool.budget
    assert one.pool.hedging is other.pool.hedging is not None
    mine, its = one.pool.seats[0], other.pool.seats[0]
    assert mine.member.limited_as == its.member.limited_as == "a/own-*"
    assert mine.standing.gate is its.standing.gate
    assert mine.standing.breaker is not its.standing.breaker, "a model that does not exist must not stop the others"


def test_what_calls_may_repeat_outlives_a_reload() -> None:
    standings = Standings()
    groups = [Directory(config(GROUPS), standings).resolve("best", ANYBODY).group for _ in range(2)]
    assert groups[0] is not groups[1]
    assert groups[0] is not None
    assert groups[1] is not None
    assert groups[0].pool.budget is groups[1].pool.budget


def test_a_name_of_megabytes_is_nobodys_and_not_remembered() -> None:
    names = directory("providers: {a: {type: openai, api_key: k}}\nmodels: {'own-*': {targets: [{provider: a}]}}")
    for name in ("a/" + "x" * 1_000_000, "own-" + "x" * 1_000_000, "gpt-" + "x" * 1_000_000):
        with pytest.raises(ModelNotFound) as caught:
            names.resolve(name, ANYBODY)
        assert len(caught.value.message) < 1_000
    assert not len(names._passing)
    assert names.resolve("a/" + "x" * 400, ANYBODY).target.model == "x" * 400
