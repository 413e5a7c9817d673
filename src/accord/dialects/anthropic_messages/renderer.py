"""Writes a stream for a caller, in the order that this wire's clients rely on.

`message_start`, then blocks strictly one after another with rising indexes, each started and stopped, then one
`message_delta` with why it stopped and what was used, then `message_stop`. Usage may come at any time on other wires, so
`message_delta` waits for the end. https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Mapping, Sequence

from accord.core.accumulate import merged
from accord.core.error import AccordError
from accord.core.event import (
    Event,
    Finished,
    OpaqueEvent,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.json import dumps
from accord.core.part import Extra
from accord.core.request import ChatRequest
from accord.core.usage import Usage
from accord.dialects.anthropic_messages.dialect import DIALECT, own
from accord.dialects.anthropic_messages.failure import failure_event
from accord.dialects.anthropic_messages.frame import PING, event, frame
from accord.dialects.anthropic_messages.render import ESTIMATED, AnswerIds, ending, rendered_usage, skeleton
from accord.dialects.anthropic_messages.stream_order import Blocks, PartEvent
from accord.dialects.anthropic_messages.write_media import Block


class MessageRenderer:
    """Writes one stream."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._started: Started | None = None
        self._blocks: Blocks | None = None
        self._usage: Usage | None = None
        self._later: Extra = {}
        self._finished: Finished | None = None
        self._choice: int | None = None
        """The choice that is told: callers of this wire ask for one answer, which is the first that begins."""

    def feed(self, events: Sequence[Event]) -> bytes:
        """The bytes for these events."""
        written = [self._more_text(each) or self._written(each) for each in events]
        if self._started is not None:
            # What the same piece says of usage is known by now.
            written.append(self._begin()[1])
        return b"".join(written)

    def heartbeat(self) -> bytes:
        """What Anthropic itself sends while nothing happens."""
        return PING

    def fail(self, error: AccordError) -> bytes:
        """The end of a stream that broke: an error, which this wire's clients raise."""
        return failure_event(error)

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """The end of a complete stream."""
        blocks, begun = self._begin()
        finished, later = self._finished, dict(own(self._later))
        delta = ending(
            None if finished is None else finished.finish,
            {} if finished is None else own(finished.extra),
            refusal=blocks.refusal,
            calls=blocks.calls,
        )
        if "container" in later:
            delta["container"] = later.pop("container")
        usage = rendered_usage(self._usage, self._request, blocks.characters)
        told = event("message_delta", delta=delta, usage=usage, **later)
        return begun + blocks.close() + told + event("message_stop", **({} if accord is None else {"accord": accord}))

    def _more_text(self, each: Event) -> bytes:
        """The bytes for more of the text that is open, as nearly all events are: 13 in place of 28 thousand processor
        instructions. `b""` for any other event, for which nothing was done.
        """
        blocks = self._blocks
        return (
            b""
            if type(each) is not TextDelta or blocks is None or each.choice != self._choice
            else blocks.more_text(each)
        )

    def _written(self, each: Event) -> bytes:
        if isinstance(each, PartEvent):
            if not self._tells(each.choice):
                return b""
            blocks, begun = self._begin()
            return begun + blocks.feed(each)
        match each:
            case Started():
                self._started = each
            case UsageReported():
                self._usage = each.usage
            case Updated():
                self._later = merged(self._later, each.extra)
            case Finished():
                return self._finish(each)
            case OpaqueEvent():
                return self._opaque(each)
            case _:
                pass
        return b""

    def _tells(self, choice: int) -> bool:
        if self._choice is None:
            self._choice = choice
        return choice == self._choice

    def _begin(self) -> tuple[Blocks, bytes]:
        """The blocks, and `message_start` where it was not written yet."""
        if self._blocks is not None:
            return self._blocks, b""
        started = self._started or Started()
        ids = AnswerIds(started.id, started.created)
        self._blocks = Blocks(ids.call)
        usage = rendered_usage(self._usage, self._request, 0)
        # Beside the message: clients keep what stands in it, also when the counts that follow are no estimates.
        guessed = {ESTIMATED: True} if usage.pop(ESTIMATED, False) else {}
        message: Block = {
            **skeleton(ids, self._request.model),
            "content": [],
            **ending(None, {}, refusal=None, calls=False),
            "usage": usage,
            **own(started.extra),
        }
        return self._blocks, event("message_start", message=message, **guessed)

    def _finish(self, finished: Finished) -> bytes:
        if not self._tells(finished.choice):
            return b""
        self._finished = finished
        blocks, begun = self._begin()
        return begun + blocks.close()

    def _opaque(self, each: OpaqueEvent) -> bytes:
        """An event of this wire without neutral meaning, under the index of the block that is open here."""
        if each.dialect != DIALECT:
            return b""
        blocks, begun = self._begin()
        raw = each.raw
        if "index" in raw:
            index = blocks.index
            if index is None:
                return begun
            raw = {**raw, "index": index}
        return begun + frame(str(raw.get("type", "")), dumps(raw))
