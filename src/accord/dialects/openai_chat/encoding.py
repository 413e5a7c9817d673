"""What one request needs while it is written."""

from collections.abc import Sequence
from typing import TypeAlias

from accord.core.loss import Losses
from accord.core.message import Message, beyond_words, words_of
from accord.core.request import ChatRequest
from accord.dialects.openai_chat.tool_name import ToolNames

Json: TypeAlias = dict[str, object]
"""A JSON object under construction."""


class Encoding:
    """The request, where it reports losses, and what its answer will need to be understood."""

    __slots__ = ("losses", "names", "pictures", "request", "richer", "stream", "words")

    def __init__(self, request: ChatRequest, losses: Losses, *, stream: bool) -> None:
        self.request: ChatRequest = request
        self.losses: Losses = losses
        self.stream: bool = stream
        self.names: ToolNames = ToolNames.of(request)
        self.words: list[str | None] = words_of(request.messages)
        """The text of each message that is nothing else."""
        self.richer: Sequence[tuple[int, Message]] = beyond_words(request.messages, self.words)
        """The messages that are more than one text, with their places: there alone is anything to tell of."""
        self.pictures: list[Json] = []
        """Parts of tool results that the host takes from the user alone; they follow when all results are written."""
