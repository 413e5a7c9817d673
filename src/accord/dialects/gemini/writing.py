"""What the writer of one request knows and collects."""

from accord.core.loss import Losses
from accord.core.request import ChatRequest
from accord.core.tool import CustomTool, FunctionTool, ToolNamespace
from accord.dialects.gemini.knobs import Knobs
from accord.dialects.gemini.rules import Rules
from accord.dialects.gemini.tool_names import ToolNames


class Writing:
    """One request on its way to the wire."""

    __slots__ = ("_told", "knobs", "losses", "names", "request", "rules")

    def __init__(self, request: ChatRequest, *, rules: Rules, knobs: Knobs, losses: Losses) -> None:
        self.request: ChatRequest = request
        self.rules: Rules = rules
        self.knobs: Knobs = knobs
        self.losses: Losses = losses
        self.names: ToolNames = ToolNames(request.tools)
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
