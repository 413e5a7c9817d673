"""A run of tools in asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

from accord.client.tool.course import Course, Task
from accord.client.tool.shared import failed, is_async, performed, succeeded
from accord.core.error import SpendLimitReached
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.tool_run import ModelAnswered, ToolEvent, ToolFinished, ToolOutcome, ToolStarted

AsyncSend = Callable[[ChatRequest, float | None], Awaitable[ChatResponse]]
"""Sends a request, with the seconds that are left for it."""


class AsyncToolRun:
    """A run of tools: iterate over what happens, or go to its end with `await result()`.

    ```python
    run = client.run_tools("What is the weather in Oslo?", tools=[weather])
    async for event in run:
        print(event)
    print(run.outcome.text)
    ```

    Nothing happens before that, and nothing more once you stop iterating. A run can be gone through once. Plain functions
    run in threads, `async` ones in the event loop.
    """

    def __init__(self, course: Course, send: AsyncSend, *, parallel: bool) -> None:
        self._course = course
        self._send = send
        self._parallel = parallel
        self._events = self._run()

    @property
    def outcome(self) -> ToolOutcome:
        """What has come of it so far."""
        return self._course.outcome

    async def result(self) -> ToolOutcome:
        """Goes on to the end. Raises `RunStopped` where a bound is met first, and what `chat_completion` raises."""
        async for _ in self:
            pass
        return self.outcome

    def __aiter__(self) -> AsyncIterator[ToolEvent]:
        """What happens, in order; the results of tools that run at the same time come in the order of the calls.

        Raises as `result`.
        """
        return self._events

    async def _run(self) -> AsyncIterator[ToolEvent]:
        started = time.monotonic()
        while True:
            left = self._course.time_left(time.monotonic() - started)
            response = await self._send(self._course.next_request(), left)
            tasks = self._course.take(response)
            yield ModelAnswered(step=self._course.step, response=response)
            if tasks is None:
                return
            finished: list[ToolFinished] = []
            async for event in self._steps(tasks, started):
                if isinstance(event, ToolFinished):
                    finished.append(event)
                yield event
            self._course.answer(finished)

    async def _steps(self, tasks: tuple[Task, ...], started: float) -> AsyncIterator[ToolEvent]:
        step = self._course.step
        turn = asyncio.Lock()
        running: list[asyncio.Task[ToolFinished]] = []
        try:
            for task in tasks:
                work = performed_async(step, task) if self._parallel else _in_turn(turn, step, task)
                running.append(asyncio.create_task(work))
                yield ToolStarted(step=step, call=task.call)
            for future in running:
                yield await self._awaited(future, started)
        finally:
            for future in running:
                future.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _awaited(self, future: "asyncio.Task[ToolFinished]", started: float) -> ToolFinished:
        left = self._course.time_left(time.monotonic() - started)
        done, _ = await asyncio.wait([future], timeout=left)
        if not done:
            raise self._course.stopped("time", "a tool takes longer than there is time")
        return future.result()


async def performed_async(step: int, task: Task) -> ToolFinished:
    """Runs the tool: an `async` function here, a plain one in a thread."""
    if task.run is None or not is_async(task):
        return await asyncio.to_thread(performed, step, task, time.monotonic)
    started = time.monotonic()
    try:
        value = await cast("Awaitable[object]", task.run())
    except SpendLimitReached:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is an answer to the model
        return failed(step, task.call, error, time.monotonic() - started)
    return succeeded(step, task.call, value, time.monotonic() - started)


def performed_here(step: int, task: Task) -> ToolFinished:
    """Runs an `async` tool for blocking code, in an event loop of its own."""
    return asyncio.run(performed_async(step, task))


async def _in_turn(turn: asyncio.Lock, step: int, task: Task) -> ToolFinished:
    async with turn:
        return await performed_async(step, task)
