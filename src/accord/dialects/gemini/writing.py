"""What the writer of one request knows and collects."""

from collections.abc import Sequence

from accord.core.loss import Losses
from accord.core.message import Message, beyond_words, words_of
from accord.core.request import ChatRequest, is_plain
from accord.core.tool import CustomTool, FunctionTool, ToolNamespace
from accord.dialects.gemini.knobs import Knobs
from accord.dialects.gemini.rules import Rules
from accord.dialects.gemini.tool_names import ToolNames


class Writing:
    """One request on its way to the wire."""

    __slots__ = ("_told", "knobs", "losses", "names", "plain", "request", "richer", "rules", "words")

    def __init__(self, request: ChatRequest, *, rules: Rules, knobs: Knobs, losses: Losses) -> None:
        self.request: ChatRequest = request
        self.rules: Rules = rules
        self.knobs: Knobs = knobs
        self.losses: Losses = losses
        self.names: ToolNames = ToolNames(request.tools)
        self.plain: bool = is_plain(request)
        """Whether nothing is asked beside messages, a limit and how freely to choose words."""
        self.words: list[str | None] = words_of(request.messages)
        """The text of each message that is nothing else."""
        self.richer: Sequence[tuple[int, Message]] = beyond_words(request.messages, self.words)
        """The other messages, with their places."""
        self._told: set[str] = set()

    @property
    def vertex(self) -> bool:
        """Whether it goes to Vertex AI, or a host like it."""
        return self.knobs.platform == "vertex"

    @property
    def has_functions(self) -> bool:
        """Whether there are tools that the caller runs."""
        return any(isinstance(tool, FunctionTool | CustomTool | ToolNamespace) for tool in self.request.tools)

    def advise_once(self, topic: str, field: str, why: str) -> None:
        """Reports what may occur in every part (cache marks, names) where it occurs first."""
        if topic not in self._told:
            self._told.add(topic)
            self.losses.advise(field, why)
