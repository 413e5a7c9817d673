"""A stream of text that broke off goes on at a target that continues a begun answer.

The next target gets the conversation with what has arrived as the beginning of its answer. Only text can be continued so:
a call that is half written, a signed thought or a second choice cannot. Both requests are billed; the seam is told.
"""

import msgspec

from accord.core.error import ProviderError
from accord.core.event import (
    Completed,
    Event,
    Finished,
    PartStarted,
    Started,
    TextDelta,
    Updated,
    UsageReported,
    Warned,
)
from accord.core.message import assistant
from accord.core.part import Text
from accord.core.request import ChatRequest
from accord.core.warning import CallWarning
from accord.engine.group import Group
from accord.engine.prepare import deadline_of
from accord.engine.route import Terms, timeouts_of
from accord.policy.fault import meaning_of

_HARMLESS = (Started, TextDelta, UsageReported, Updated, Warned)
_OF_THE_ANSWER = (Finished, Completed, UsageReported, Warned)
"""What is kept of the next stream beside its text: thoughts about going on are not part of the answer."""


class Continuation:
    """What has arrived of one answer."""

    __slots__ = ("_part", "_plain", "_request", "_text", "_trim")

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._plain = (request.n or 1) == 1
        self._text: list[str] = []
        self._part: int | None = None
        self._trim = False

    def note(self, events: list[Event]) -> None:
        """Events that the caller got."""
        for event in events:
            if isinstance(event, PartStarted):
                self._begin(event)
            elif isinstance(event, TextDelta):
                self._text.append(event.text)
            elif not isinstance(event, _HARMLESS):
                self._plain = False

    @property
    def is_possible(self) -> bool:
        """Whether there is text and nothing but text."""
        return self._plain and self._part is not None and bool(self.text.strip())

    @property
    def text(self) -> str:
        """What has arrived."""
        return "".join(self._text)

    def request(self) -> ChatRequest:
        """The conversation with the beginning of its answer.

        Without the space at its end: Anthropic refuses a begun answer that ends in one
        (https://platform.claude.com/docs/en/build-with-claude/prefill-claudes-response).
        """
        begun = self.text.rstrip()
        self._trim = begun != self.text
        return msgspec.structs.replace(self._request, messages=(*self._request.messages, assistant(begun)))

    def joined(self, events: list[Event]) -> list[Event]:
        """Events of the next stream as the caller should get them: as more of the same text."""
        found: list[Event] = []
        for event in events:
            if isinstance(event, PartStarted):
                if isinstance(event.value, Text) and event.value.text:
                    found += self._more(event.value.text)
            elif isinstance(event, TextDelta):
                found += self._more(event.text)
            elif isinstance(event, _OF_THE_ANSWER):
                found.append(event)
        return found

    def seam(self, failure: ProviderError, provider: str, model: str) -> Warned:
        """What is told of it."""
        message = (
            f"{failure.provider} broke off after {len(self.text):,} characters ({failure.kind}); {provider}/{model} went on "
            "from there. Both requests may be billed, and the usage that is told is that of the last one."
        )
        return Warned(warning=CallWarning(kind="changed", field="stream", message=message))

    def _begin(self, event: PartStarted) -> None:
        if not isinstance(event.value, Text) or self._part is not None:
            self._plain = False
            return
        self._part = event.part
        self._text.append(event.value.text)

    def _more(self, text: str) -> list[Event]:
        if self._trim:
            # The caller has the space already.
            text = text.lstrip()
            self._trim = not text
        return [TextDelta(part=self._part or 0, text=text)] if text else []


def resuming(
    group: Group, continuation: Continuation, failure: ProviderError, terms: Terms, passed: float
) -> Terms | None:
    """On what terms a stream that broke off goes on after so many seconds; `None` if it does not.

    A continuation is one more request: `retries` bounds it like any other.
    """
    retries = group.retries if terms.options.retries is None else terms.options.retries
    left = retries - len(failure.attempts)
    if left < 0 or meaning_of(failure).way is None or not continuation.is_possible:
        return None
    context = terms.context
    end = deadline_of(timeouts_of(group, terms.options), context, -passed)
    if end is not None:
        if end <= 0.0:
            return None
        context = msgspec.structs.replace(context, deadline=end)
    options = msgspec.structs.replace(terms.options, retries=left)
    last, notes = failure.attempts[-1], terms.notes
    if notes is not None:
        notes.goes_on(failure, 0.0)
    avoid = f"{last.provider}/{last.model}"
    return Terms(options=options, context=context, continues=True, avoid=avoid, notes=notes)
