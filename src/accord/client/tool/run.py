"""A run of tools in blocking code."""

import contextvars
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from accord.client.tool.course import Course, Task
from accord.client.tool.shared import is_async, performed
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.tool_run import ModelAnswered, ToolEvent, ToolFinished, ToolOutcome, ToolStarted

MOST_AT_ONCE = 16
"""Tools that run at the same time; more wait for their turn."""

Send = Callable[[ChatRequest, float | None], ChatResponse]
"""Sends a request, with the seconds that are left for it."""


class ToolRun:
    """A run of tools: iterate over what happens, or go to its end with `result()`.

    ```python
    run = client.run_tools("What is the weather in Oslo?", tools=[weather])
    for event in run:
        print(event)
    print(run.outcome.text)
    ```

    Nothing happens before that, and nothing more once you stop iterating. A run can be gone through once. Tools that run at
    the same time, or within `max_seconds`, run in threads of their own; else in the caller's.
    """

    def __init__(self, course: Course, send: Send, *, parallel: bool) -> None:
        self._course = course
        self._send = send
        self._most = MOST_AT_ONCE if parallel else 1
        self._events = self._run()

    @property
    def outcome(self) -> ToolOutcome:
        """What has come of it so far."""
        return self._course.outcome

    def result(self) -> ToolOutcome:
        """Goes on to the end. Raises `RunStopped` where a bound is met first, and what `chat_completion` raises."""
        for _ in self:
            pass
        return self.outcome

    def __iter__(self) -> Iterator[ToolEvent]:
        """What happens, in order; the results of tools that run at the same time come in the order of the calls.

        Raises as `result`.
        """
        return self._events

    def _run(self) -> Iterator[ToolEvent]:
        started = time.monotonic()
        while True:
            left = self._course.time_left(time.monotonic() - started)
            response = self._send(self._course.next_request(), left)
            tasks = self._course.take(response)
            yield ModelAnswered(step=self._course.step, response=response)
            if tasks is None:
                return
            finished: list[ToolFinished] = []
            for event in self._steps(tasks, started):
                if isinstance(event, ToolFinished):
                    finished.append(event)
                yield event
            self._course.answer(finished)

    def _steps(self, tasks: tuple[Task, ...], started: float) -> Iterator[ToolEvent]:
        step = self._course.step
        at_once = min(self._most, len(tasks))
        bounded = self._course.time_left(time.monotonic() - started) is not None
        if at_once <= 1 and not bounded and not any(is_async(task) for task in tasks):
            for task in tasks:
                yield ToolStarted(step=step, call=task.call)
                yield _performed(step, task)
            return
        # Threads that overrun the time cannot be stopped, only left behind; so nothing waits for them here.
        pool = ThreadPoolExecutor(at_once, thread_name_prefix="accord-tool")
        try:
            running: list[Future[ToolFinished]] = []
            for task in tasks:
                # Context variables (a spend limit, a trace) hold in tools as well.
                context = contextvars.copy_context()
                running.append(pool.submit(context.run, _performed, step, task))
                yield ToolStarted(step=step, call=task.call)
            for future in running:
                yield self._awaited(future, started)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _awaited(self, future: "Future[ToolFinished]", started: float) -> ToolFinished:
        left = self._course.time_left(time.monotonic() - started)
        try:
            return future.result(left)
        except TimeoutError:
            raise self._course.stopped("time", "a tool takes longer than there is time") from None


def _performed(step: int, task: Task) -> ToolFinished:
    if not is_async(task):
        return performed(step, task, time.monotonic)
    # asyncio is loaded only for callers with `async` tools.
    from accord.client.tool.async_run import performed_here  # noqa: PLC0415

    return performed_here(step, task)
