"""One suite over every arm of the union, over real sockets. An arm without a case fails."""

from collections.abc import Callable
from typing import get_args

import pytest

from accord.client.environment import PROVIDER_TYPES, provider_class
from accord.providers import (
    V0,
    Anthropic,
    Azure,
    AzureAI,
    DeepInfra,
    DeepSeek,
    MetaLlama,
    Mistral,
    Moonshot,
    OpenAI,
    OpenRouter,
    Provider,
    ProviderBase,
    VertexAI,
)
from accord.testing.fake.hosts import HOSTS
from accord.testing.provider_suite import CHECKS, Check, ProviderCase, run_check

MODELS_AND_BUILDERS: dict[str, tuple[str, Callable[[str, str], ProviderBase]]] = {
    "openai": ("gpt-5.4-mini", lambda url, key: OpenAI(api_key=key, base_url=url)),
    "anthropic": ("claude-sonnet-4-6", lambda url, key: Anthropic(api_key=key, base_url=url)),
    "azure": ("prod", lambda url, key: Azure(api_key=key, base_url=url)),
    "mistral": ("mistral-small-2603", lambda url, key: Mistral(api_key=key, base_url=url)),
    "deepseek": ("deepseek-flash", lambda url, key: DeepSeek(api_key=key, base_url=url)),
    "moonshot": ("kimi-k3", lambda url, key: Moonshot(api_key=key, base_url=url)),
    "meta_llama": ("muse-spark-1.3", lambda url, key: MetaLlama(api_key=key, base_url=url)),
    "openrouter": ("vendor/model", lambda url, key: OpenRouter(api_key=key, base_url=url)),
    "vertex_ai": ("gemini-2.5-flash", lambda url, key: VertexAI(project="p", access_token=key, base_url=url)),
    "v0": ("v0-1.5-md", lambda url, key: V0(api_key=key, base_url=url)),
    "deepinfra": ("org/model", lambda url, key: DeepInfra(api_key=key, base_url=url)),
    "azure_ai": ("DeepSeek-V4-Pro", lambda url, key: AzureAI(api_key=key, base_url=url)),
}
TYPES = [str(cls.__struct_config__.tag) for cls in get_args(Provider)]


def case(name: str) -> ProviderCase:
    if name not in MODELS_AND_BUILDERS or name not in HOSTS:
        pytest.fail(
            f"{name} is an arm of the union without a model, a builder, or an imitation in testing/fake/hosts.py"
        )
    model, build = MODELS_AND_BUILDERS[name]
    return ProviderCase(vendor=HOSTS[name], model=model, build=build)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", TYPES)
def test_provider(name: str, check: Check) -> None:
    run_check(check, case(name))


def test_an_arm_without_fixtures_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match="newcomer is an arm of the union without"):
        test_provider("newcomer", CHECKS[0])


def test_fixtures_belong_to_arms() -> None:
    assert set(MODELS_AND_BUILDERS) == set(HOSTS) == set(TYPES)


def test_the_registry_is_the_union() -> None:
    assert [provider_class(name) for name in PROVIDER_TYPES] == list(get_args(Provider))


def test_claude_on_azure_is_spoken_to_in_its_own_wire() -> None:
    claude = ProviderCase(
        vendor=HOSTS["anthropic"],
        model="claude-opus-5-5",
        build=lambda url, key: AzureAI(api_key=key, base_url=url, route="anthropic"),
    )
    assert claude.build("http://127.0.0.1:1", "k").chat_codec("claude-opus-5-5").dialect == "anthropic_messages"
