"""Worked examples: what the provider notes say a call costs, tokens times prices, against the shipped catalogue.

Each row names the section of the notes its prices and rules stand in. `tokens` lists (count, US dollars per million),
`factor` multiplies them, `plus` is what is charged by something else.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest

from accord.catalog import facts
from accord.catalog.cost import cost_of, routed_cost
from accord.core.usage import Usage


class Example(NamedTuple):
    section: str
    provider: str
    model: str
    usage: Usage
    tokens: tuple[tuple[int, str], ...]
    factor: str = "1"
    plus: str = "0"
    at: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)
    region: str | None = None


def _at(day: str, clock: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+00:00")


EXAMPLES = [
    # OpenAI
    Example("openai 10.1", "openai", "gpt-6-luna", Usage(input=19, output=2), ((19, "0.1"), (2, "0.5"))),
    Example("openai 10.1, the dated name", "openai", "gpt-6-luna-2026-09-22", Usage(input=19, output=2), ((19, "0.1"), (2, "0.5"))),
    Example("openai 10.2", "openai", "gpt-4.1-2025-04-14", Usage(input=71, output=34, cached=0, reasoning=0), ((71, "2"), (34, "8"))),
    Example("openai 10.3, reasoning is in the output", "openai", "gpt-6.1-sol", Usage(input=60, output=41, cached=0, cache_write=0, reasoning=22), ((60, "2"), (41, "10"))),
    Example("openai 10.5, pictures", "openai", "gpt-image-2", Usage(input=12, output=272, image_input=0), ((12, "5"), (272, "30"))),
    Example("openai 6, cached and written are in the input", "openai", "gpt-6-sol", Usage(input=10_000, output=500, cached=6000, cache_write=3000), ((1000, "2"), (6000, "0.2"), (3000, "2.5"), (500, "10"))),
    Example("openai 6, no charge for writing before 5.6", "openai", "gpt-5.4-mini", Usage(input=10_000, output=500, cached=6000, cache_write=3000), ((4000, "0.75"), (6000, "0.075"), (500, "4.5"))),
    Example("openai 6, at 272,000 the usual prices", "openai", "gpt-6-sol", Usage(input=272_000, output=1000), ((272_000, "2"), (1000, "10"))),
    Example("openai 6, above 272,000 all of it", "openai", "gpt-6-sol", Usage(input=272_001, output=1000, cached=72_001), ((200_000, "4"), (72_001, "0.4"), (1000, "15"))),
    Example("openai 6, flex", "openai", "gpt-6-astra", Usage(input=1000, output=100, service_tier="flex"), ((1000, "10"), (100, "50")), "0.5"),
    Example("openai 6, batch", "openai", "gpt-6-luna", Usage(input=1000, output=100, service_tier="batch"), ((1000, "0.1"), (100, "0.5")), "0.5"),
    Example("openai 6, priority", "openai", "gpt-6.1-sol", Usage(input=1000, output=100, service_tier="priority"), ((1000, "2"), (100, "10")), "2"),
    Example("openai 6, fast is priority", "openai", "gpt-6.1-sol", Usage(input=1000, output=100, service_tier="fast"), ((1000, "2"), (100, "10")), "2"),
    Example("openai 6, ultrafast", "openai", "gpt-6-astra", Usage(input=1000, output=100, service_tier="ultrafast"), ((1000, "10"), (100, "50")), "6"),
    Example("openai 6, data residency", "openai", "gpt-6-sol", Usage(input=1000, output=100), ((1000, "2"), (100, "10")), "1.1", region="eu"),
    Example("openai 6, web search", "openai", "gpt-6-sol", Usage(input=1000, output=100, web_searches=3), ((1000, "2"), (100, "10")), plus="0.03"),
    Example("openai 8, sound in and out", "openai", "gpt-audio-1.5", Usage(input=100, output=200, audio_input=80, audio_output=150), ((20, "2.5"), (80, "32"), (50, "10"), (150, "64"))),
    Example("openai 6, speech by the character", "openai", "tts-1", Usage(characters=4096), (), plus="0.06144"),
    Example("openai 6, speech by the character, hd", "openai", "tts-1-hd", Usage(characters=1000), (), plus="0.03"),
    Example("openai 6, speech by tokens", "openai", "gpt-4o-mini-tts", Usage(input=20, output=1250), ((20, "0.6"), (1250, "12"))),
    Example("openai 6, transcription by the second", "openai", "gpt-transcribe", Usage(seconds=60), (), plus="0.0045"),
    Example("openai 6, whisper by the second", "openai", "whisper-1", Usage(seconds=12.5), (), plus="0.00125"),
    Example("openai 6, embeddings", "openai", "text-embedding-3-large", Usage(input=1000), ((1000, "0.13"),)),
    Example("openai 6, moderation is free", "openai", "omni-moderation-latest", Usage(), ()),
    # Anthropic
    Example("anthropic 11 A", "anthropic", "claude-opus-5-5", Usage(input=412, output=71, cached=0, cache_write=0, cache_write_1h=0, reasoning=18, service_tier="standard", region="global"), ((412, "4"), (71, "20"))),
    Example("anthropic 11 B", "anthropic", "claude-sonnet-5-5", Usage(input=2073, output=57, cached=2048), ((25, "2"), (2048, "0.1"), (57, "10"))),
    Example("anthropic 7, writes of 5 minutes and an hour", "anthropic", "claude-opus-5", Usage(input=10_000, output=100, cached=1000, cache_write=5000, cache_write_1h=2000), ((4000, "5"), (1000, "0.5"), (3000, "6.25"), (2000, "10"), (100, "25"))),
    Example("anthropic 7, no split is all 5 minutes", "anthropic", "claude-haiku-4-5-20251001", Usage(input=4000, output=10, cache_write=3000), ((1000, "1"), (3000, "1.25"), (10, "5"))),
    Example("anthropic 7, batch on all kinds", "anthropic", "claude-opus-5", Usage(input=3000, output=100, cached=1000, cache_write=1000, service_tier="batch"), ((1000, "5"), (1000, "0.5"), (1000, "6.25"), (100, "25")), "0.5"),
    Example("anthropic 7, in the US", "anthropic", "claude-opus-4-6", Usage(input=1000, output=100, region="us"), ((1000, "5"), (100, "25")), "1.1"),
    Example("anthropic 7, fast", "anthropic", "claude-opus-4-8", Usage(input=1000, output=100, service_tier="fast"), ((1000, "5"), (100, "25")), "2"),
    Example("anthropic 7, Haiku 5.5 at 100,000", "anthropic", "claude-haiku-5-5", Usage(input=100_000, output=100), ((100_000, "0.1"), (100, "0.5"))),
    Example("anthropic 7, Haiku 5.5 above 100,000 counts the cache", "anthropic", "claude-haiku-5-5", Usage(input=120_000, output=100, cached=110_000), ((10_000, "0.5"), (110_000, "0.05"), (100, "2.5"))),
    Example("anthropic 7, Sonnet 4.5 above 200,000", "anthropic", "claude-sonnet-4-5", Usage(input=250_000, output=100), ((250_000, "6"), (100, "22.5"))),
    Example("anthropic 7, flat to a million", "anthropic", "claude-sonnet-4-6", Usage(input=900_000, output=100), ((900_000, "3"), (100, "15"))),
    Example("anthropic 7, web search", "anthropic", "claude-sonnet-5", Usage(input=1000, output=100, web_searches=2), ((1000, "2"), (100, "10")), plus="0.02"),
    # Azure
    Example("azure 10.1", "azure", "gpt-6-luna-2026-09-22", Usage(input=8, output=2, cached=0, audio_input=0), ((8, "0.1"), (2, "0.5"))),
    Example("azure 6, data zone of the EU for gpt-6", "azure", "gpt-6-sol", Usage(input=1000, output=100), ((1000, "2"), (100, "10")), "1.2", region="eu"),
    Example("azure 6, data zone of the EU for 5.x", "azure", "gpt-5.5", Usage(input=1000, output=100), ((1000, "5"), (100, "30")), "1.1", region="eu"),
    Example("azure 6, data zone of the US", "azure", "gpt-6.1-sol", Usage(input=1000, output=100), ((1000, "2"), (100, "10")), "1.1", region="us"),
    Example("azure 6, batch", "azure", "gpt-4.1-mini", Usage(input=1000, output=100, service_tier="batch"), ((1000, "0.4"), (100, "1.6")), "0.5"),
    Example("azure 6, embeddings are dearer", "azure", "text-embedding-3-small", Usage(input=1_000_000), ((1_000_000, "0.022"),)),
    # Foundry
    Example("azure_ai 10.1", "azure_ai", "DeepSeek-V4-Pro", Usage(input=9, output=12), ((9, "1.74"), (12, "3.48"))),
    Example("azure_ai 10.2", "azure_ai", "claude-haiku-5-5", Usage(input=8, output=4, cached=0, cache_write=0), ((8, "0.1"), (4, "0.5"))),
    Example("azure_ai 6, by the picture", "azure_ai", "FLUX.2-pro", Usage(images=2), (), plus="0.08"),
    Example("azure_ai 6, pictures by tokens", "azure_ai", "MAI-Image-2.6", Usage(input=30, output=1000, image_output=1000), ((30, "5"), (1000, "38"))),
    # Mistral
    Example("mistral 11", "mistral", "mistral-medium-3-5", Usage(input=812, output=21, cached=768, service_tier="standard"), ((44, "1.5"), (768, "0.15"), (21, "7.5"))),
    Example("mistral 11, an alias", "mistral", "mistral-small-latest", Usage(input=90, output=22, cached=0), ((90, "0.15"), (22, "0.6"))),
    Example("mistral 7, the alias genai-prices has wrong", "mistral", "mistral-large-latest", Usage(input=1000, output=100), ((1000, "0.5"), (100, "1.5"))),
    Example("mistral 7, priority", "mistral", "mistral-medium-3-5", Usage(input=1000, output=100, service_tier="priority"), ((1000, "1.5"), (100, "7.5")), "1.75"),
    Example("mistral 7, regional host", "mistral", "ministral-8b-2512", Usage(input=1000, output=100), ((1000, "0.15"), (100, "0.15")), "1.1", region="eu"),
    Example("mistral 7, Large 4 at launch", "mistral", "mistral-large-4", Usage(input=1000, output=100), ((1000, "0.68"), (100, "2.09")), at=_at("2026-10-19")),
    Example("mistral 7, Large 4 in between", "mistral", "mistral-large-4", Usage(input=1000, output=100), ((1000, "1.36"), (100, "4.18")), at=_at("2026-10-20")),
    Example("mistral 7, Large 4 now", "mistral", "mistral-large-4-0", Usage(input=1000, output=100, cached=500), ((500, "0.7"), (500, "0.07"), (100, "2.1")), at=_at("2026-10-29")),
    Example("mistral 9, transcription by the second", "mistral", "voxtral-mini-latest", Usage(seconds=100), (), plus="0.005"),
    Example("mistral 9, speech by the character", "mistral", "voxtral-mini-tts-latest", Usage(characters=500), (), plus="0.008"),
    Example("mistral 9, embeddings", "mistral", "mistral-embed", Usage(input=1000), ((1000, "0.1"),)),
    # DeepSeek
    Example("deepseek 9, off peak", "deepseek", "deepseek-flash", Usage(input=210, output=31, cached=128, reasoning=14), ((82, "0.15"), (128, "0.003"), (31, "0.6"))),
    Example("deepseek 3, peak", "deepseek", "deepseek-flash", Usage(input=210, output=31, cached=128), ((82, "0.3"), (128, "0.006"), (31, "1.2")), at=_at("2026-11-24", "01:00")),
    Example("deepseek 3, peak in the afternoon", "deepseek", "deepseek-v4-pro", Usage(input=1000, output=100), ((1000, "1.32"), (100, "3.96")), at=_at("2026-11-24", "09:59")),
    Example("deepseek 3, between the peaks", "deepseek", "deepseek-v4-pro", Usage(input=1000, output=100), ((1000, "0.66"), (100, "1.98")), at=_at("2026-11-24", "04:00")),
    Example("deepseek 3, weekends are off peak", "deepseek", "deepseek-v4-flash", Usage(input=1000, output=100), ((1000, "0.15"), (100, "0.6")), at=_at("2026-11-28", "02:00")),
    Example("deepseek 3, holidays are off peak", "deepseek", "deepseek-flash", Usage(input=1000, output=100), ((1000, "0.15"), (100, "0.6")), at=_at("2026-10-01", "02:00")),
    # Moonshot
    Example("moonshot 9", "moonshot", "kimi-k3.1-pro", Usage(input=12, output=20, cached=0), ((12, "2"), (20, "10"))),
    Example("moonshot 3, cache writes", "moonshot", "kimi-k3", Usage(input=1000, output=10, cached=200, cache_write=500, cache_write_1h=100), ((300, "3"), (200, "0.3"), (400, "3"), (100, "6"), (10, "15"))),
    # Meta
    Example("meta_llama A, wire example", "meta_llama", "muse-spark-1.3", Usage(input=9, output=40, cached=0, reasoning=31), ((9, "1.25"), (40, "4.25"))),
    Example("meta_llama A, three times above 200,000", "meta_llama", "muse-ember-1.0", Usage(input=200_001, output=10), ((200_001, "0.3"), (10, "1.5"))),
    Example("meta_llama A, web search", "meta_llama", "muse-wonder-1.0", Usage(input=100, output=10, web_searches=4), ((100, "4"), (10, "20")), plus="0.01"),
    Example("meta_llama A, by the picture", "meta_llama", "muse-image-1.0", Usage(images=3), (), plus="0.03"),
    Example("meta_llama A, by the second", "meta_llama", "muse-voice-transcribe-1.0", Usage(seconds=90), (), plus="0.0045"),
    # Vertex AI
    Example("vertex_ai 11, thoughts are output", "vertex_ai", "gemini-3.8-flash", Usage(input=112, output=31, reasoning=18, service_tier="ON_DEMAND"), ((112, "0.75"), (31, "3.75"))),
    Example("vertex_ai 11, tool call", "vertex_ai", "gemini-3.8-flash", Usage(input=60, output=49, reasoning=40), ((60, "0.75"), (49, "3.75"))),
    Example("vertex_ai 7, above 200,000 all of it", "vertex_ai", "gemini-3.1-pro-preview", Usage(input=200_001, output=100, cached=1), ((200_000, "4"), (1, "0.4"), (100, "18"))),
    Example("vertex_ai 7, flex", "vertex_ai", "gemini-3.5-flash", Usage(input=1000, output=100, service_tier="ON_DEMAND_FLEX"), ((1000, "1.5"), (100, "9")), "0.5"),
    Example("vertex_ai 7, priority", "vertex_ai", "gemini-3.5-flash", Usage(input=1000, output=100, service_tier="ON_DEMAND_PRIORITY"), ((1000, "1.5"), (100, "9")), "1.8"),
    Example("vertex_ai 7, grounding by the query", "vertex_ai", "gemini-3.8-flash", Usage(input=100, output=10, web_searches=2), ((100, "0.75"), (10, "3.75")), plus="0.028"),
    Example("vertex_ai 9, Argon before it doubles", "vertex_ai", "gemini-4-argon", Usage(input=1000, output=100), ((1000, "2"), (100, "10")), at=_at("2026-11-30", "23:59")),
    Example("vertex_ai 9, Argon after it doubled", "vertex_ai", "gemini-4-argon", Usage(input=1000, output=100), ((1000, "4"), (100, "20")), at=_at("2026-12-01", "00:00")),
    Example("vertex_ai 3.12, a picture of 1290 tokens", "vertex_ai", "gemini-2.5-flash-image", Usage(input=20, output=1290, image_output=1290), ((20, "0.3"), (1290, "30"))),
    Example("vertex_ai 3.12, a picture of 1120 tokens", "vertex_ai", "gemini-3.1-flash-lite-image", Usage(input=20, output=1130, image_output=1120), ((20, "0.25"), (10, "1.5"), (1120, "30"))),
    Example("vertex_ai 13, Claude", "vertex_ai", "claude-opus-4-5@20251101", Usage(input=1000, output=100, cached=500), ((500, "5"), (500, "0.5"), (100, "25"))),
    Example("vertex_ai 7, Claude outside the global endpoint", "vertex_ai", "claude-sonnet-5-5", Usage(input=1000, output=100), ((1000, "2"), (100, "10")), "1.1", region="regional"),
    Example("vertex_ai 9, Llama", "vertex_ai", "meta/llama-4-maverick-17b-128e-instruct-maas", Usage(input=1000, output=100), ((1000, "0.35"), (100, "1.15"))),
    # OpenRouter, DeepInfra, V0, others
    Example("openrouter 10.1, by the catalogue", "openrouter", "anthropic/claude-haiku-5.5", Usage(input=9, output=12), ((9, "0.1"), (12, "0.5"))),
    Example("openrouter 10.2, by the catalogue", "openrouter", "openai/gpt-6-luna-20260922", Usage(input=14, output=2), ((14, "0.1"), (2, "0.5"))),
    Example("openrouter 8, free", "openrouter", "openrouter/free", Usage(input=1000, output=100), ()),
    Example("deepinfra, wire example, by the catalogue", "deepinfra", "deepseek-ai/DeepSeek-V4.1-Flash", Usage(input=9, output=12), ((9, "0.14"), (12, "0.42"))),
    Example("v0, everyday", "v0", "v0-1.5-md", Usage(input=1000, output=2000), ((1000, "3"), (2000, "15"))),
    Example("v0, large", "v0", "v0-1.5-lg", Usage(input=1000, output=2000), ((1000, "15"), (2000, "75"))),
    Example("openai_compatible 6, xAI", "xai", "grok-4.7", Usage(input=32, output=209, reasoning=200), ((32, "2"), (209, "6"))),
    Example("openai_compatible 3, xAI from 200,000 on", "xai", "grok-4.7", Usage(input=200_000, output=10), ((200_000, "4"), (10, "12"))),
    Example("openai_compatible 4, Perplexity's separate reasoning", "perplexity", "sonar-reasoning-pro", Usage(input=1000, output=100), ((1000, "2"), (100, "8")), plus="0.014"),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.section)
def test_costs_what_the_notes_say(example: Example) -> None:
    known = facts(example.provider, example.model)
    assert known is not None
    assert known.exact

    cost = cost_of(example.usage, known, at=example.at, region=example.region)

    tokens = sum((Decimal(count) * Decimal(price) for count, price in example.tokens), Decimal(0)) / 1_000_000
    assert cost.reason is None
    assert cost.amount == tokens * Decimal(example.factor) + Decimal(example.plus)
    assert cost.source == "catalogue"
    assert cost.prices_dated is not None


@pytest.mark.parametrize(
    ("provider", "model", "reported"),
    [
        ("openrouter", "anthropic/claude-haiku-5.5", "0.0000069"),
        ("openrouter", "openai/gpt-6-luna", "0.0000024"),
        ("deepinfra", "deepseek-ai/DeepSeek-V4.1-Flash", "0.0000063"),
        ("openrouter", "nobody/knows-this", "0.0001"),
    ],
    ids=["openrouter 10.1", "openrouter 10.2", "deepinfra", "a model that is not in the catalogue"],
)
def test_what_the_provider_reported_wins(provider: str, model: str, reported: str) -> None:
    usage = Usage(input=9, output=12, cost=Decimal(reported))
    cost = cost_of(usage, facts(provider, model))
    assert (cost.amount, cost.source) == (Decimal(reported), "provider")


def test_a_router_costs_its_fee_and_the_model_it_chose() -> None:
    """azure_ai 10.5: 1000 x 0.14 + 1000 x 0.1 + 100 x 0.5 per million."""
    router, routed = facts("azure_ai", "model-router"), facts("azure_ai", "gpt-6-luna-2026-09-22")
    assert router is not None
    cost = routed_cost(Usage(input=1000, output=100), router, routed)
    assert cost.amount == Decimal("0.00029")
    assert cost.parts["routing"] == Decimal("0.00014")
