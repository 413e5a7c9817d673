"""Servers that speak a known wire, as rows of data: `Compatible(preset="groq", api_key=...)`, or `Client("groq/...")`.

A row says where the server is, which variables hold its key, and how its wire departs from OpenAI's. Sources are the
vendors' own pages, named beside each row.
"""

from collections.abc import Mapping

import msgspec

from accord.core.dialect import Dialect
from accord.dialects.openai_chat import Knobs


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One server."""

    label: str
    base_url: str
    key: tuple[str, ...] = ()
    """The variables that may hold the key, in order."""
    base: tuple[str, ...] = ()
    """The variables that may hold another address."""
    key_optional: bool = False
    """Whether it runs on one's own machine and asks for no key."""
    dialect: Dialect = "openai_chat"
    knobs: Knobs = Knobs()
    public_models: bool = False
    """Whether its list of models is answered without a key, and so proves none."""


_PLAIN = Knobs(
    max_tokens="max_tokens",
    system="system",
    tool_strict="omit",
    guarantee="unsaid",
    custom_tools="function",
    allowed_tools="filter",
)
"""How most open servers take OpenAI's wire."""

_REASONING_BACK = msgspec.structs.replace(_PLAIN, reasoning_history="reasoning_content")

PRESETS: Mapping[str, Preset] = {
    # https://ai.google.dev/api, Google's own wire.
    "gemini": Preset(
        label="Google AI Studio",
        base_url="https://generativelanguage.googleapis.com",
        key=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        base=("GEMINI_API_BASE", "GOOGLE_GEMINI_BASE_URL"),
        dialect="gemini",
    ),
    # https://console.groq.com/docs/openai
    "groq": Preset(
        label="Groq",
        base_url="https://api.groq.com/openai/v1",
        key=("GROQ_API_KEY",),
        base=("GROQ_API_BASE", "GROQ_BASE_URL"),
        knobs=Knobs(
            system="system",
            empty_content="omit",
            guarantee="unsaid",
            custom_tools="function",
            allowed_tools="filter",
            reasoning_history="reasoning",
            refuses=("logprobs", "top_logprobs", "logit_bias", "store", "n"),
        ),
    ),
    # https://docs.together.ai/docs/openai-api-compatibility
    "together": Preset(
        label="Together",
        base_url="https://api.together.xyz/v1",
        key=("TOGETHER_API_KEY", "TOGETHERAI_API_KEY", "TOGETHER_AI_TOKEN"),
        base=("TOGETHER_API_BASE",),
        knobs=msgspec.structs.replace(_PLAIN, refuses=("store",)),
    ),
    # https://docs.fireworks.ai/tools-sdks/openai-compatibility
    "fireworks": Preset(
        label="Fireworks",
        base_url="https://api.fireworks.ai/inference/v1",
        key=("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
        base=("FIREWORKS_API_BASE",),
        knobs=msgspec.structs.replace(_REASONING_BACK, refuses=("store",)),
    ),
    # https://docs.x.ai/docs/api-reference
    "xai": Preset(
        label="xAI",
        base_url="https://api.x.ai/v1",
        key=("XAI_API_KEY",),
        base=("XAI_API_BASE",),
        knobs=Knobs(
            custom_tools="function",
            allowed_tools="filter",
            tool_strict="omit",
            guarantee="unsaid",
            refuses=("logit_bias",),
        ),
    ),
    # https://docs.perplexity.ai/api-reference
    "perplexity": Preset(
        label="Perplexity",
        base_url="https://api.perplexity.ai",
        key=("PERPLEXITY_API_KEY", "PERPLEXITYAI_API_KEY", "PPLX_API_KEY"),
        knobs=msgspec.structs.replace(
            _PLAIN,
            refuses=("tools", "tool_choice", "stop", "seed", "n", "logprobs", "top_logprobs", "user"),
        ),
    ),
    # https://inference-docs.cerebras.ai/openai
    "cerebras": Preset(
        label="Cerebras",
        base_url="https://api.cerebras.ai/v1",
        key=("CEREBRAS_API_KEY",),
        knobs=Knobs(
            system="system",
            custom_tools="function",
            allowed_tools="filter",
            tool_strict="omit",
            guarantee="unsaid",
            reasoning_history="reasoning",
            refuses=("frequency_penalty", "presence_penalty", "logit_bias", "service_tier", "store", "n"),
        ),
    ),
    # https://docs.ollama.com/api/openai-compatibility
    "ollama": Preset(
        label="Ollama",
        base_url="http://localhost:11434/v1",
        key=("OLLAMA_API_KEY",),
        base=("OLLAMA_API_BASE", "OLLAMA_HOST"),
        key_optional=True,
        knobs=msgspec.structs.replace(_PLAIN, reasoning_history="reasoning", media_urls="refused"),
    ),
    # https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html
    "vllm": Preset(
        label="vLLM",
        base_url="http://localhost:8000/v1",
        key=("VLLM_API_KEY", "HOSTED_VLLM_API_KEY"),
        base=("VLLM_API_BASE", "HOSTED_VLLM_API_BASE"),
        key_optional=True,
        knobs=msgspec.structs.replace(_PLAIN, reasoning_history="reasoning_content", tool_strict="send"),
    ),
    # https://lmstudio.ai/docs/app/api/endpoints/openai
    "lm_studio": Preset(
        label="LM Studio",
        base_url="http://127.0.0.1:1234/v1",
        key=("LM_STUDIO_API_KEY",),
        base=("LM_STUDIO_API_BASE",),
        key_optional=True,
        knobs=_PLAIN,
    ),
    # https://github.com/ggml-org/llama.cpp/tree/master/tools/server
    "llamacpp": Preset(
        label="llama.cpp",
        base_url="http://127.0.0.1:8080/v1",
        key=("LLAMACPP_API_KEY",),
        base=("LLAMACPP_API_BASE",),
        key_optional=True,
        knobs=_PLAIN,
    ),
    # https://docs.api.nvidia.com/nim/reference/llm-apis
    "nvidia": Preset(
        label="NVIDIA NIM",
        base_url="https://integrate.api.nvidia.com/v1",
        key=("NVIDIA_NIM_API_KEY", "NVIDIA_API_KEY"),
        base=("NVIDIA_NIM_API_BASE",),
        knobs=msgspec.structs.replace(_PLAIN, refuses=("store",)),
        public_models=True,
    ),
    # https://huggingface.co/docs/inference-providers
    "huggingface": Preset(
        label="Hugging Face",
        base_url="https://router.huggingface.co/v1",
        key=("HF_TOKEN", "HUGGINGFACE_API_KEY"),
        knobs=_PLAIN,
        public_models=True,
    ),
    # https://docs.cohere.com/docs/compatibility-api
    "cohere": Preset(
        label="Cohere",
        base_url="https://api.cohere.ai/compatibility/v1",
        key=("COHERE_API_KEY", "CO_API_KEY"),
        knobs=Knobs(
            max_tokens="max_tokens",
            guarantee="unsaid",
            custom_tools="function",
            allowed_tools="filter",
            refuses=(
                "store",
                "metadata",
                "logit_bias",
                "top_logprobs",
                "n",
                "modalities",
                "prediction",
                "service_tier",
            ),
        ),
    ),
    # https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope
    "dashscope": Preset(
        label="Alibaba Model Studio",
        base_url="https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        key=("DASHSCOPE_API_KEY", "ALIBABA_API_KEY"),
        base=("DASHSCOPE_API_BASE",),
        knobs=msgspec.structs.replace(_PLAIN, reasoning="enable_thinking", refuses=("frequency_penalty", "logit_bias")),
    ),
    # https://docs.z.ai/api-reference
    "zai": Preset(
        label="Z.AI",
        base_url="https://api.z.ai/api/paas/v4",
        key=("ZAI_API_KEY", "ZHIPU_API_KEY"),
        base=("ZAI_API_BASE",),
        knobs=msgspec.structs.replace(
            _REASONING_BACK,
            reasoning="thinking",
            tool_choice="unforced",
            refuses=("n", "seed", "logprobs", "logit_bias", "frequency_penalty", "presence_penalty"),
        ),
    ),
    # https://platform.minimax.io/docs/api-reference/text-openai-api
    "minimax": Preset(
        label="MiniMax",
        base_url="https://api.minimax.io/v1",
        key=("MINIMAX_API_KEY",),
        base=("MINIMAX_API_BASE",),
        knobs=msgspec.structs.replace(_PLAIN, refuses=("n", "frequency_penalty", "presence_penalty", "logit_bias")),
    ),
    # https://docs.sambanova.ai/docs/en/features/openai-compatibility
    "sambanova": Preset(
        label="SambaNova",
        base_url="https://api.sambanova.ai/v1",
        key=("SAMBANOVA_API_KEY",),
        knobs=msgspec.structs.replace(
            _PLAIN,
            content="text",
            refuses=("n", "seed", "frequency_penalty", "presence_penalty", "logprobs", "logit_bias"),
        ),
    ),
    # https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-compat
    "vercel_ai_gateway": Preset(
        label="Vercel AI Gateway", base_url="https://ai-gateway.vercel.sh/v1", key=("AI_GATEWAY_API_KEY",), knobs=_PLAIN
    ),
    # Rows of public lists of OpenAI-compatible hosts; nothing is known of their departures.
    "venice": Preset(label="Venice", base_url="https://api.venice.ai/api/v1", key=("VENICE_API_KEY",), knobs=_PLAIN),
    "nebius": Preset(label="Nebius", base_url="https://api.studio.nebius.ai/v1", key=("NEBIUS_API_KEY",), knobs=_PLAIN),
    "scaleway": Preset(label="Scaleway", base_url="https://api.scaleway.ai/v1", key=("SCW_SECRET_KEY",), knobs=_PLAIN),
    "ovhcloud": Preset(
        label="OVHcloud",
        base_url="https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
        key=("OVHCLOUD_API_KEY",),
        knobs=_PLAIN,
    ),
    "baseten": Preset(
        label="Baseten", base_url="https://inference.baseten.co/v1", key=("BASETEN_API_KEY",), knobs=_PLAIN
    ),
    "chutes": Preset(label="Chutes", base_url="https://llm.chutes.ai/v1", key=("CHUTES_API_KEY",), knobs=_PLAIN),
    "poe": Preset(label="Poe", base_url="https://api.poe.com/v1", key=("POE_API_KEY",), knobs=_PLAIN),
    "xiaomi": Preset(
        label="Xiaomi MiMo", base_url="https://api.xiaomimimo.com/v1", key=("XIAOMI_API_KEY",), knobs=_PLAIN
    ),
}
"""Every row by the name it is addressed by."""

RETIRED: Mapping[str, str] = {
    "github": "GitHub Models was retired on 2026-07-30; its models are served by Azure AI Foundry (`azure_ai`)",
}
"""Servers that are gone, and what took their place."""
