"""The endpoint of a conversation, the same for every wire: understand, decide what to say, write it out."""

from typing import Protocol

from accord.testing.fake.answer import Answer
from accord.testing.fake.asked import Asked
from accord.testing.fake.behaviour import Bytes, Failure, Reply
from accord.testing.fake.desk import Visit
from accord.testing.fake.improvise import improvise
from accord.testing.fake.said import Said, said
from accord.testing.fake.vendor import Teller, refused

SSE = "text/event-stream; charset=utf-8"


class Wire(Protocol):
    """One wire format, seen from a service."""

    @property
    def teller(self) -> Teller:
        """How its errors look."""
        ...

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected` where the service would refuse it."""
        ...

    def whole(self, visit: Visit, asked: Asked, said: Said) -> bytes:
        """The answer as one body. Raises `ValueError` for what the wire cannot say."""
        ...

    def stream(self, visit: Visit, asked: Asked, said: Said) -> list[bytes]:
        """The answer as a stream, an event a piece. Raises `ValueError` for what the wire cannot say."""
        ...

    def stream_type(self, asked: Asked) -> str:
        """The content type of a stream."""
        ...

    def broken(self, failure: Failure, visit: Visit, sent: int) -> bytes:
        """An error as the last event of a stream, after `sent` events."""
        ...


class Conversation:
    """Serves conversations on one wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def serve(self, visit: Visit) -> Answer:
        """The answer to the conversation."""
        asked = self._wire.ask(visit)
        scripted = visit.scripted(asked.model, "chat")
        behaviour = scripted or improvise(asked)
        match behaviour:
            case Failure():
                return refused(behaviour, self._wire.teller, visit.request_id)
            case Bytes():
                return verbatim(behaviour)
            case Reply():
                answer = said(asked, behaviour, improvised=scripted is None)
                return self._stream(visit, asked, answer) if asked.stream else self._whole(visit, asked, answer)

    def _whole(self, visit: Visit, asked: Asked, answer: Said) -> Answer:
        broken = answer.reply.breaks
        if broken is not None:
            return refused(broken.failure, self._wire.teller, visit.request_id, status=200)
        body = self._wire.whole(visit, asked, answer)
        return Answer(pieces=(body,), delivery=answer.reply.delivery)

    def _stream(self, visit: Visit, asked: Asked, answer: Said) -> Answer:
        reply = answer.reply
        events = self._wire.stream(visit, asked, answer)
        if reply.breaks is not None:
            events = events[: reply.breaks.events]
            events.append(self._wire.broken(reply.breaks.failure, visit, len(events)))
        content_type = self._wire.stream_type(asked)
        return Answer(content_type=content_type, pieces=tuple(events), stream=True, delivery=reply.delivery)


def verbatim(given: Bytes) -> Answer:
    """An answer that was given byte by byte."""
    pieces = (given.body,) if isinstance(given.body, bytes) else given.body
    return Answer(
        status=given.status,
        headers=given.headers,
        content_type=given.content_type,
        pieces=pieces,
        stream=not isinstance(given.body, bytes),
        delivery=given.delivery,
    )
