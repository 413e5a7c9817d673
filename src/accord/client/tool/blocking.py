"""`run_tools` for blocking clients; `asynchronous.py` is the same for asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from accord.client import later, tool
from accord.client.shared import DEFAULT_STEPS, NO_CONTEXT
from accord.client.value.blocking import Parses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from accord.client.conversation_input import ChatInput
    from accord.core.context import RequestContext
    from accord.core.option import Options
    from accord.core.request import ChatRequest
    from accord.core.response import ChatResponse


class RunsTools(Parses):
    """A client that runs tools."""

    def run_tools(
        self,
        conversation: ChatInput,
        *,
        tools: Sequence[tool.Function | tool.ToolFunction],
        model: str | None = None,
        max_steps: int = DEFAULT_STEPS,
        max_seconds: float | None = None,
        max_cost: Decimal | str | None = None,
        parallel: bool = True,
        options: Options | None = None,
        context: RequestContext = NO_CONTEXT,
    ) -> tool.ToolRun:
        """The conversation, gone on with until the model needs no more tools. Nothing happens before the run is iterated
        over, or `result()` is asked for.

        What a tool raises, unknown tools and wrong arguments are told to the model, which may try again.

        Args:
            conversation: as for `chat_completion`.
            tools: functions, plain or `async`, whose parameters have types. Docstrings and hints describe them to the model.
            model: as for `chat_completion`.
            max_steps: at most this many requests.
            max_seconds: for the whole run, requests and tools.
            max_cost: US dollars for the whole run. No request is sent that likely costs more than is left.
            parallel: whether tools that the model asks for at once run at once, or in turn.
            options: as for `chat_completion`.
            context: as for `chat_completion`.

        Raises:
            InvalidInput: a function is no tool, naming the parameter.
        """
        request = later.chat_request(conversation, model)
        bounds = tool.Bounds(
            steps=later.counted(max_steps, "max_steps", least=1),
            seconds=max_seconds,
            cost=later.dollars(max_cost, "max_cost"),
        )

        def send(asked: ChatRequest, left: float | None) -> ChatResponse:
            within = msgspec.structs.replace(context, deadline=later.sooner(context.deadline, left))
            return self.chat_completion(asked, options=options, context=within)

        return tool.ToolRun(
            tool.Course(request, tools, bounds, self._guess(self._typical(request.model))), send, parallel=parallel
        )
