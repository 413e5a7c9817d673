"""The course of a run: which request comes next, which tools it takes, and when to stop. It does nothing by itself, so that
blocking code and asyncio run the same course.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import msgspec

from accord.client.fitted import several
from accord.client.shared import DEFAULT_STEPS
from accord.client.spend.amount import usd
from accord.client.tool.function import Function, ToolFunction, WrongArguments
from accord.client.tool.result import tool_failure
from accord.core.error import InvalidInput, RunStopped, StopReason
from accord.core.message import Message
from accord.core.part import ToolCall
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.tool_run import ToolFinished, ToolOutcome
from accord.core.total import total_cost

Guess = Callable[[ChatRequest], Decimal | None]
"""What a request will likely cost, in US dollars; `None` is unknown."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run may go."""

    steps: int = DEFAULT_STEPS
    """Requests."""
    seconds: float | None = None
    cost: Decimal | None = None
    """US dollars."""


class Task(msgspec.Struct, frozen=True):
    """A tool to run, or the result that it cannot be."""

    call: ToolCall
    run: Callable[[], object] | None
    refused: ToolFinished | None = None


class Course:
    """A conversation whose tools are being run."""

    def __init__(
        self, request: ChatRequest, tools: Sequence[Function | ToolFunction], bounds: Bounds, guess: Guess
    ) -> None:
        """Raises `InvalidInput` for functions that are no tools."""
        self._functions = _named(tools)
        self._bounds = bounds
        self._guess = guess
        offered = tuple([function.tool for function in self._functions.values()])
        self._request = msgspec.structs.replace(request, tools=(*request.tools, *offered))
        self._responses: tuple[ChatResponse, ...] = ()
        self._calls: tuple[ToolFinished, ...] = ()
        self._open: Message | None = None

    @property
    def step(self) -> int:
        """Which request was sent last, from 1."""
        return len(self._responses)

    @property
    def outcome(self) -> ToolOutcome:
        """What has come so far."""
        return ToolOutcome(messages=self._request.messages, responses=self._responses, calls=self._calls)

    def time_left(self, elapsed: float) -> float | None:
        """Seconds until the run must be over; `None` is no bound. Raises `RunStopped` where there are none."""
        if self._bounds.seconds is None:
            return None
        left = self._bounds.seconds - elapsed
        if left <= 0:
            raise self.stopped("time", f"{self._bounds.seconds:g} seconds are over")
        return left

    def next_request(self) -> ChatRequest:
        """What to send. Raises `RunStopped` where it may cost too much."""
        if self._bounds.cost is not None:
            self._check_cost(self._bounds.cost)
        return self._request

    def take(self, response: ChatResponse) -> tuple[Task, ...] | None:
        """Takes an answer into account: the tools it takes, `None` when it is the last one.

        Raises `RunStopped` where tools would be run whose results could not be sent any more.
        """
        self._responses += (response,)
        said = response.choices[0].message if response.choices else Message(role="assistant")
        calls = said.tool_calls
        paused = response.finish is not None and response.finish.unified == "pause"
        if not calls and not paused:
            self._say(said)
            return None
        if len(self._responses) >= self._bounds.steps:
            raise self.stopped("steps", f"the model asks for more after {self._bounds.steps} requests")
        if paused and not calls:
            self._say(said)
        else:
            self._open = said
        return tuple([self._task(call) for call in calls])

    def answer(self, finished: Sequence[ToolFinished]) -> None:
        """Takes the results of the tools into account, in the order of the calls."""
        if self._open is not None:
            results = Message(role="tool", parts=tuple([done.result for done in finished]))
            self._say(self._open, results)
            self._open = None
        self._calls += tuple(finished)

    def stopped(self, reason: StopReason, why: str) -> RunStopped:
        """The error for a run that goes no further."""
        return RunStopped(f"the run stopped before its end: {why}", reason=reason, outcome=self.outcome)

    def _say(self, *messages: Message) -> None:
        self._request = msgspec.structs.replace(self._request, messages=(*self._request.messages, *messages))

    def _task(self, call: ToolCall) -> Task:
        function = self._functions.get(call.name)
        if function is None:
            known = ", ".join(self._functions)
            return self._refused(call, f"there is no tool {call.name!r}: the tools are {known}")
        try:
            return Task(call, function.bound(call.arguments))
        except WrongArguments as error:
            return self._refused(call, str(error))

    def _refused(self, call: ToolCall, why: str) -> Task:
        return Task(call, None, ToolFinished(step=self.step, call=call, result=tool_failure(call, why)))

    def _check_cost(self, most: Decimal) -> None:
        spent = total_cost([response.cost for response in self._responses])
        likely = self._guess(self._request)
        if spent.amount is None or likely is None:
            why = spent.reason or "no price is known for the model"
            raise self.stopped("cost", f"what it costs is unknown ({why}), so max_cost cannot be kept")
        if spent.amount + likely > most:
            raise self.stopped(
                "cost", f"{usd(spent.amount)} are spent and the next request likely costs {usd(likely)}, of {usd(most)}"
            )


def _named(tools: Sequence[Function | ToolFunction]) -> Mapping[str, ToolFunction]:
    several(tools, "tools", "a list of functions")
    functions: dict[str, ToolFunction] = {}
    for tool in tools:
        function = tool if isinstance(tool, ToolFunction) else ToolFunction(tool)
        if function.name in functions:
            raise InvalidInput(f"two tools are named {function.name}", param="tools")
        functions[function.name] = function
    return functions
