"""What a request asks, whatever the wire it came on: as much of it as the fake needs to answer by itself."""

from typing import Literal, TypeAlias

import msgspec

from accord.core.json import JsonObject
from accord.testing.fake.node import Node

Thinking: TypeAlias = Literal["off", "hidden", "shown"]
"""Whether the model thinks before it answers, and whether the wire shows what it thinks."""


class OfferedTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool of the caller's."""

    name: str
    schema: JsonObject = {}
    kind: Literal["function", "custom"] = "function"
    namespace: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request, understood."""

    model: str
    body: Node
    """The whole request, for what its wire's builder echoes."""
    stream: bool = False
    text: str = ""
    """What the user said last."""
    results: tuple[str, ...] = ()
    """What tools answered since the model last spoke."""
    tools: tuple[OfferedTool, ...] = ()
    must_call: bool = False
    may_call: bool = True
    named: str | None = None
    """The tool that must be called."""
    schema: JsonObject | None = None
    """The JSON Schema the answer must fit."""
    json_only: bool = False
    thinking: Thinking = "off"
    choices: int = 1
    max_tokens: int | None = None
    stops: tuple[str, ...] = ()
    top_logprobs: int | None = None
    """How many alternatives each token is to have; `None` asks for no log probabilities."""
    prompt_tokens: int = 0
