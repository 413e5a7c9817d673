"""Flows tell of themselves when it happens: the waits of retries, in virtual time."""

from accord.core.attempt import Attempt
from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.core.event import Event
from accord.core.http import Reply
from accord.core.message import user
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.engine.plan import plan_chat
from accord.engine.target import Target
from accord.flows.effect import Answered, Send
from accord.flows.virtual import Answer, World
from accord.providers.openai import OpenAI

GOOD = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}'


class Diary:
    """Writes down what it is told, and when."""

    def __init__(self) -> None:
        self.world: World | None = None
        self.lines: list[tuple[float, str]] = []

    def began(self, provider: str, model: str, url: str) -> int:
        self._write(f"begins at {provider}/{model}")
        return 7

    def ended(self, number: int, attempt: Attempt) -> None:
        self._write(f"{number}: {attempt.error or attempt.status} after {attempt.duration:g}")

    def goes_on(self, error: AccordError, wait: float) -> None:
        self._write(f"goes on after {error.kind} in {wait:g}")

    def opened(self, events: list[Event]) -> None:
        raise NotImplementedError

    def came(self, events: list[Event]) -> None:
        raise NotImplementedError

    def _write(self, line: str) -> None:
        assert self.world is not None
        self.lines.append((self.world.now, line))


def test_each_line_is_written_at_its_moment() -> None:
    replies = [
        Reply(status=429, headers=(("retry-after", "3"),), body=b"{}"),
        Reply(status=500, headers=(("retry-after", "0.5"),), body=b"{}"),
        Reply(status=200, body=GOOD),
    ]

    def serve(world: World, send: Send, answer: Answer) -> None:
        reply = replies.pop(0)
        world.at(world.now + 2, lambda: answer(Answered(reply=reply, at=world.now)))

    diary = Diary()
    world = diary.world = World(serve)
    target = Target("openai", OpenAI(api_key="sk-test"), "m")
    request = ChatRequest(messages=(user("Hi"),), model="m")
    chosen = plan_chat(target, request, stream=False, options=Options(), context=RequestContext(), now=0.0, notes=diary)
    world.start(chosen.flow(0.0, lambda: 0.0))
    world.run()
    assert diary.lines == [
        (0, "begins at openai/m"),
        (2, "7: rate_limited after 2"),
        (2, "goes on after rate_limited in 3"),
        (5, "begins at openai/m"),
        (7, "7: server_error after 2"),
        (7, "goes on after server_error in 0.5"),
        (7.5, "begins at openai/m"),
        (9.5, "7: 200 after 2"),
    ]
