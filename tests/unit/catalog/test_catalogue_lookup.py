"""Finding a model by its name: the same model under many names, and never another model's prices."""

import subprocess
import sys

import pytest

from accord.catalog import facts, models
from accord.catalog.name import fine_tuned, normalised, shorter, without_snapshot


@pytest.mark.parametrize(
    ("provider", "name", "known"),
    [
        ("openai", "gpt-6-luna", "gpt-6-luna"),
        ("openai", "gpt-6-luna-2026-09-22", "gpt-6-luna"),
        ("openai", "gpt-5-4-mini", "gpt-5.4-mini"),
        ("openai", "GPT-5.4-Mini", "gpt-5.4-mini"),
        ("openai", "gpt-5.6", "gpt-5.6-sol"),
        ("openai", "gpt-4o-2024-11-20", "gpt-4o"),
        ("openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("anthropic", "claude-opus-4-5-20251101", "claude-opus-4-5"),
        ("anthropic", "claude-opus-4.5", "claude-opus-4-5"),
        ("vertex_ai", "claude-opus-4-5@20251101", "claude-opus-4-5"),
        ("vertex_ai", "claude-opus-5@default", "claude-opus-5"),
        ("vertex_ai", "google/gemini-3.8-flash", "gemini-3.8-flash"),
        ("vertex_ai", "gemini-3.8-flash-001", "gemini-3.8-flash"),
        ("vertex_ai", "mistral-medium-3@001", "mistral-medium-3"),
        ("gemini", "models/gemini-3.8-flash", "gemini-3.8-flash"),
        ("mistral", "mistral-large-latest", "mistral-large-2512"),
        ("mistral", "magistral-medium-latest", "mistral-medium-3-5"),
        ("deepseek", "deepseek-v4-flash", "deepseek-flash"),
        ("azure", "gpt-35-turbo", "gpt-35-turbo"),
        ("azure_ai", "DeepSeek-V4-Pro", "deepseek-v4-pro"),
        ("azure_ai", "llama-3_3-70b-instruct", "Llama-3.3-70B-Instruct"),
        ("openrouter", "openai/gpt-6-luna-20260922", "openai/gpt-6-luna"),
    ],
)
def test_the_same_model_under_another_name(provider: str, name: str, known: str) -> None:
    found = facts(provider, name)
    assert found is not None
    assert found.exact
    assert found.id == known


@pytest.mark.parametrize(
    ("provider", "name", "family"),
    [
        ("openai", "gpt-6.3-foo", "gpt-6"),
        ("openai", "gpt-6-nova", "gpt-6"),
        ("openai", "gpt-5.9", "gpt-5"),
        ("openai", "gpt-5-ultra", "gpt-5"),
        ("openai", "gpt-5.4-mini-turbo", "gpt-5.4"),
        ("openai", "ft:gpt-4.1-mini-2025-04-14:acme::Ab1", "gpt-4.1"),
        ("anthropic", "claude-opus-5-5-turbo", "claude-opus"),
        ("moonshot", "kimi-k3.5-pro", "kimi-k3"),
        ("openrouter", "anthropic/claude-haiku-5.5:nitro", None),
    ],
)
def test_a_family_has_capabilities_and_nothing_else(provider: str, name: str, family: str | None) -> None:
    found = facts(provider, name)
    assert found is not None
    assert not found.exact
    assert found.id == name
    assert found.family == family
    assert found.prices is None
    assert found.deprecated is None
    assert found.released is None
    assert found.tools


@pytest.mark.parametrize("name", ["gpt-50", "gpt-7-sol", "llama", "", "-", ":", "ft:", "ft::", "@default"])
def test_an_unknown_name_is_unknown(name: str) -> None:
    assert facts("openai", name) is None


def test_the_longest_beginning_wins() -> None:
    nano = facts("openai", "gpt-5.4-nano-x")
    assert nano is not None
    assert nano.max_input == 272_000
    pro = facts("openai", "gpt-5.4-pro-x")
    assert pro is not None
    assert pro.dialects == ("openai_responses",)


def test_fine_tuned_models_are_priced_where_the_price_is_listed() -> None:
    tuned = facts("openai", "ft:gpt-4o-2024-08-06:acme::Ab1")
    assert tuned is not None
    assert tuned.exact
    assert tuned.id == "ft:gpt-4o-2024-08-06:acme::Ab1"
    assert tuned.prices is not None
    assert str(tuned.prices.base["input"]) == "3.75"


@pytest.mark.parametrize("provider", ["nobody", "", "../data/openai", "openai.json", "a/b", "compatible"])
def test_a_provider_without_a_shelf_has_no_models(provider: str) -> None:
    assert models(provider) == ()
    assert facts(provider, "gpt-4o") is None


def test_importing_reads_nothing() -> None:
    """Promise 8: the data is read on first use."""
    script = (
        "import sys, builtins\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(args[0]) if event == 'open' else None)\n"
        "import accord.catalog, accord.catalog.estimate, accord.catalog.check\n"
        "before = [path for path in opened if str(path).endswith('.json')]\n"
        "accord.catalog.facts('openai', 'gpt-4o')\n"
        "after = [path for path in opened if str(path).endswith('.json')]\n"
        "print(len(before), len(after))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("gpt-6-luna-2026-09-22", "gpt-6-luna"),
        ("claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        ("gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("gemini-2.0-flash", None),
        ("gpt-4-0613", None),
        ("mistral-large-2512", None),
        ("grok-4-0709", None),
    ],
)
def test_snapshots(name: str, base: str | None) -> None:
    assert without_snapshot(name) == base


def test_names_of_fine_tuned_models() -> None:
    assert fine_tuned("ft:gpt-4.1-mini-2025-04-14:acme::Ab1") == "gpt-4.1-mini"
    assert fine_tuned("gpt-4.1-mini") is None


def test_spelling() -> None:
    assert normalised("DeepSeek-V4.1_Flash") == "deepseek-v4-1-flash"
    assert shorter("a-b:c@d") == ["a-b:c", "a-b", "a"]
