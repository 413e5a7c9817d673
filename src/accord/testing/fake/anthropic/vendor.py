"""Anthropic's API: https://platform.claude.com/docs/en/api."""

from accord.testing.fake.anthropic.endpoint import CountTokens, ListModels, RetrieveModel
from accord.testing.fake.anthropic.error import AnthropicDoor, AnthropicTeller
from accord.testing.fake.anthropic.wire import AnthropicWire
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.vendor import Route, Vendor

ANTHROPIC = Vendor(
    name="anthropic",
    base="",
    door=AnthropicDoor(),
    teller=AnthropicTeller(),
    routes=(
        Route("POST", "/v1/messages", Conversation(AnthropicWire())),
        Route("POST", "/v1/messages/count_tokens", CountTokens()),
        Route("GET", "/v1/models", ListModels()),
        Route("GET", "/v1/models/{model}", RetrieveModel()),
    ),
)
