"""Answers to a streamed request that are no stream: one JSON body, or the page of an edge."""

from accord.core.event import Completed, Event, Finished, LogprobsDelta, PartStarted, Started, UsageReported
from accord.core.response import ChatResponse, Choice

_OPENINGS = b"{[<"


class WholeBody:
    """Looks at the first byte that is no space: a stream never begins with a brace, a bracket or `<`."""

    __slots__ = ("_pieces", "_settled", "is_stream", "is_whole")

    def __init__(self) -> None:
        self.is_whole: bool = False
        self.is_stream: bool = False
        """Whether it is one for sure, and all of it is handed on."""
        self._settled = False
        self._pieces: list[bytes] = []

    def pass_on(self, data: bytes) -> bytes:
        """What belongs to a stream; a body is kept here."""
        if self.is_stream:
            return data
        self._pieces.append(data)
        if not self._settled:
            begun = data.lstrip()
            if not begun:
                return b""
            self._settled = True
            self.is_whole = begun[0] in _OPENINGS
            self.is_stream = not self.is_whole
        return b"" if self.is_whole else self.bytes()

    def bytes(self) -> bytes:
        """What was kept."""
        kept, self._pieces = b"".join(self._pieces), []
        return kept


def events_of(response: ChatResponse) -> list[Event]:
    """A whole answer as events."""
    events: list[Event] = [
        Started(id=response.id, model=response.model, created=response.created, extra=response.extra)
    ]
    for choice in response.choices:
        events.extend(_choice_events(choice))
    if response.usage is not None:
        events.append(UsageReported(usage=response.usage))
    events.append(Completed())
    return events


def _choice_events(choice: Choice) -> list[Event]:
    events: list[Event] = [
        PartStarted(choice=choice.index, part=index, value=part) for index, part in enumerate(choice.message.parts)
    ]
    if choice.logprobs is not None:
        scores = choice.logprobs
        events.append(LogprobsDelta(choice=choice.index, content=scores.content, refusal=scores.refusal))
    if choice.finish is not None:
        finished = Finished(choice=choice.index, finish=choice.finish, extra=choice.extra, message=choice.message.extra)
        events.append(finished)
    return events
