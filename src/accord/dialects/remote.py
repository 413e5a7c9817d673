"""The pictures, sounds and files of a conversation that are given by address, and the same conversation with their data.

Which of them a target reads at their address is its codec's affair (`ChatCodec.needs_fetch`); the others are fetched
before the request is written.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, TypeVar

import msgspec

from accord.core.message import Message
from accord.core.part import Audio, File, Image, Media, Part, Reasoning, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest

MediaPart: TypeAlias = Image | Audio | File

_PLAIN = frozenset({Text, ToolCall, Reasoning})
"""What holds no media. Every request is looked through, and nearly none has any: this look costs 40 ns a part, asking with
`isinstance` ten times that.
"""

P = TypeVar("P", bound=msgspec.Struct)


class Remote(msgspec.Struct, frozen=True):
    """A part of a request whose bytes are elsewhere."""

    path: str
    """The field that holds the address: `messages[0].parts[1].source.url`."""
    part: MediaPart

    @property
    def url(self) -> str:
        """Where the bytes are; `http` or `https`."""
        return self.part.source.url or ""


def has_remote(request: ChatRequest) -> bool:
    """Whether any part is given by an address that could be fetched."""
    for message in request.messages:
        if not _PLAIN.issuperset(map(type, message.parts)):
            return next(_remote_parts(request), None) is not None
    return False


def unread(request: ChatRequest, reads: Callable[[MediaPart], bool]) -> tuple[Remote, ...]:
    """The parts that could be fetched and have to be, since the target does not read (`reads`) their address."""
    return tuple([remote for remote in _remote_parts(request) if not reads(remote.part)])


def with_data(request: ChatRequest, found: Mapping[Media, Media]) -> ChatRequest:
    """The request with every source that was `found` replaced by what was found."""
    messages = tuple([_message_with(message, found) for message in request.messages])
    return msgspec.structs.replace(request, messages=messages)


def _remote_parts(request: ChatRequest) -> Iterator[Remote]:
    for at, message in enumerate(request.messages):
        for index, part in enumerate(message.parts):
            if type(part) in _PLAIN:
                continue
            if isinstance(part, ToolResult):
                yield from _remote_contents(part, f"messages[{at}].parts[{index}]")
            elif isinstance(part, Image | Audio | File) and _is_remote(part):
                yield Remote(f"messages[{at}].parts[{index}].source.url", part)


def _remote_contents(result: ToolResult, path: str) -> Iterator[Remote]:
    for index, part in enumerate(result.content):
        if type(part) not in _PLAIN and isinstance(part, Image | Audio | File) and _is_remote(part):
            yield Remote(f"{path}.content[{index}].source.url", part)


def _is_remote(part: MediaPart) -> bool:
    url = part.source.url
    return url is not None and url[:8].lower().startswith(("https://", "http://"))


def _message_with(message: Message, found: Mapping[Media, Media]) -> Message:
    return msgspec.structs.replace(message, parts=tuple([_part_with(part, found) for part in message.parts]))


def _part_with(part: Part, found: Mapping[Media, Media]) -> Part:
    if isinstance(part, ToolResult):
        return msgspec.structs.replace(part, content=tuple([_media_with(inner, found) for inner in part.content]))
    return _media_with(part, found)


def _media_with(part: P, found: Mapping[Media, Media]) -> P:
    if isinstance(part, Image | Audio | File) and part.source in found:
        return msgspec.structs.replace(part, source=found[part.source])
    return part
