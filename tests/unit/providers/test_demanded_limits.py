"""The limit that Anthropic's API demands of its callers may be more than another model can give; it is lowered, and a limit
that somebody asked for is not.
"""

import json

import msgspec
import pytest

from accord.core.dialect import Dialect
from accord.dialects.anthropic_messages import parse
from accord.providers import Azure, OpenAI

BODY = {"model": "m", "max_tokens": 64000, "messages": [{"role": "user", "content": "hi"}]}
DEMANDED = parse(json.dumps(BODY).encode(), ()).request
ASKED = msgspec.structs.replace(DEMANDED, limit_demanded=False)

OPENAI = OpenAI(api_key="sk-test-1")
AZURE = Azure(api_key="azure-test-key", base_url="https://contoso.openai.azure.com")
WIRES: dict[Dialect, str] = {"openai_chat": "max_completion_tokens", "openai_responses": "max_output_tokens"}


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("provider", [OPENAI, AZURE], ids=lambda provider: provider.type)
def test_a_demanded_limit_is_lowered_to_the_models_own(provider, wire):
    codec = provider.chat_codec("gpt-4o-mini", wire)
    exchange = codec.encode(DEMANDED)
    assert json.loads(exchange.draft.body)[WIRES[wire]] == 16384
    assert [(warning.kind, warning.field) for warning in exchange.warnings] == [("changed", "max_output_tokens")]
    exchange = codec.encode(ASKED)
    assert json.loads(exchange.draft.body)[WIRES[wire]] == 64000
    assert exchange.warnings == ()


@pytest.mark.parametrize("model", ["gpt-5.4-mini", "somebodys-own-model"])
def test_a_demanded_limit_that_fits_or_whose_model_nobody_knows_is_sent(model):
    exchange = OPENAI.chat_codec(model).encode(DEMANDED)
    assert json.loads(exchange.draft.body)["max_completion_tokens"] == 64000
    assert exchange.warnings == ()
