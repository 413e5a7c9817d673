"""A stream of continuations for a caller."""

from collections.abc import Mapping, Sequence

from accord.core.error import AccordError
from accord.core.event import Event, Finished, Forwarded, LogprobsDelta, PartStarted, Started, TextDelta, UsageReported
from accord.core.json import JsonObject, dumps
from accord.core.part import Text
from accord.core.usage import Usage
from accord.dialects.completion import CompletionAsked
from accord.dialects.openai_chat.renderer import DONE, KEEP_ALIVE, failed
from accord.dialects.openai_chat.usage import counted, usage_object
from accord.dialects.openai_completions.render import choice_object, regular


class CompletionRenderer:
    """Writes chunks from events, or hands on those of the provider. Usage waits for the end."""

    def __init__(self, inbound: CompletionAsked, *, forwarded: bool) -> None:
        self._inbound = inbound
        self._forwarded = forwarded
        self._started = Started()
        self._usage: Usage | None = None

    def feed(self, events: Sequence[Event]) -> bytes:
        """The chunks for these events."""
        return b"".join([self._written(event) for event in events])

    def heartbeat(self) -> bytes:
        """A comment, which SDKs ignore."""
        return KEEP_ALIVE

    def fail(self, error: AccordError) -> bytes:
        """An error chunk and `[DONE]`."""
        return failed(error)

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """Usage where it was asked for and not handed on, with `accord` beside it, and `[DONE]`."""
        last: dict[str, object] = {}
        usage = self._usage
        if (
            usage is not None
            and counted(usage)
            and (accord is not None or (self._inbound.wants_usage and not self._forwarded))
        ):
            last["usage"] = usage_object(usage)
        if accord is not None:
            last["accord"] = accord
        return self._chunk([], last) + DONE if last else DONE

    def _written(self, event: Event) -> bytes:
        match event:
            case Forwarded(data=data) if self._forwarded:
                return data
            case Started():
                self._started = event
            case UsageReported():
                self._usage = event.usage
            case _ if not self._forwarded:
                return self._piece(event)
            case _:
                pass
        return b""

    def _piece(self, event: Event) -> bytes:
        match event:
            case PartStarted(value=Text(text=text)) | TextDelta(text=text) if text:
                return self._chunk([choice_object(event.choice, text)])
            case LogprobsDelta():
                return self._chunk([choice_object(event.choice, "", scores=event.content)])
            case Finished():
                return self._chunk([choice_object(event.choice, "", finish=event.finish)])
            case _:
                return b""

    def _chunk(self, choices: list[JsonObject], more: JsonObject | None = None) -> bytes:
        began = self._started
        head = {"id": began.id, "created": began.created, "choices": choices, **(more or {})}
        return b"data: " + dumps(regular(head, self._inbound)) + b"\n\n"
