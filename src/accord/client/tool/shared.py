"""What blocking and asyncio runs of tools have in common: everything but the waiting."""

import functools
import inspect
from collections.abc import Callable
from typing import cast

from accord.client.tool.course import Task
from accord.client.tool.result import message_of, tool_answer, tool_failure
from accord.core.error import SpendLimitReached
from accord.core.part import ToolCall
from accord.core.tool_run import ToolFinished


def is_async(task: Task) -> bool:
    """Whether the tool is an `async` function, or an object that is called as one."""
    function: object = task.run
    while isinstance(function, functools.partial):
        function = cast("functools.partial[object]", function).func
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def succeeded(step: int, call: ToolCall, value: object, duration: float) -> ToolFinished:
    """The tool answered. What JSON cannot carry is a failure of the tool."""
    try:
        return ToolFinished(step=step, call=call, result=tool_answer(call, value), duration=duration)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        return failed(step, call, error, duration)


def failed(step: int, call: ToolCall, error: Exception, duration: float) -> ToolFinished:
    """The tool raised: the model is told what the exception says, not where it came from."""
    result = tool_failure(call, message_of(error))
    return ToolFinished(step=step, call=call, result=result, error=error, duration=duration)


def performed(step: int, task: Task, now: Callable[[], float]) -> ToolFinished:
    """Runs a plain function, or says why it cannot be run."""
    if task.run is None:
        assert task.refused is not None
        return task.refused
    started = now()
    try:
        value = task.run()
    except SpendLimitReached:
        # No tool's mistake, and none of the model's: the caller set the limit, and is to know.
        raise
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is an answer to the model
        return failed(step, task.call, error, now() - started)
    return succeeded(step, task.call, value, now() - started)
