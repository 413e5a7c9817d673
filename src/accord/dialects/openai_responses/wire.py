"""The shapes of OpenAI's Responses wire, https://developers.openai.com/api/reference/resources/responses.

Items and content parts come in some thirty kinds, new ones without notice, and any of them may carry fields Accord has no
name for. They are read twice: once as what they are, a JSON object, and once as one of the structs below, which say what
of it Accord understands. The rest (`unnamed`) stays with the neutral part and goes back out on this wire.
"""

from typing import TypeVar

import msgspec

from accord.core.dialect import Dialect
from accord.core.json import as_object
from accord.core.part import Extra

NAME: Dialect = "openai_responses"

Item = dict[str, object]
"""An item of input or output, a content part, a tool: any object of this wire."""

T = TypeVar("T", bound=msgspec.Struct)


class WrongShape(ValueError):
    """An object of this wire is not what it must be. `path` names the place as OpenAI does: `input[3].content[0].text`."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class MessageItem(msgspec.Struct):
    """A message; `type` may be missing on input."""

    role: str
    content: str | list[Item] | None = None
    type: str = "message"


class FunctionCallItem(msgspec.Struct):
    """A call of a function."""

    type: str
    name: str
    call_id: str = ""
    arguments: str = ""
    id: str | None = None
    namespace: str | None = None


class CustomCallItem(msgspec.Struct):
    """A call of a tool that takes free text."""

    type: str
    name: str
    call_id: str = ""
    input: str = ""
    id: str | None = None
    namespace: str | None = None


class CallOutputItem(msgspec.Struct):
    """What a tool of the caller's answered."""

    type: str
    call_id: str
    output: str | list[Item]


class ReasoningWords(msgspec.Struct):
    """A paragraph of a summary, or a piece of the reasoning itself."""

    text: str
    type: str = ""


class ReasoningItem(msgspec.Struct):
    """What the model thought."""

    type: str
    id: str | None = None
    summary: list[ReasoningWords] | None = None
    content: list[ReasoningWords] | None = None
    encrypted_content: str | None = None


class TextContent(msgspec.Struct):
    """Words, of the caller (`input_text`) or of the model (`output_text`)."""

    type: str
    text: str
    annotations: list[Item] | None = None
    logprobs: list[Item] | None = None


class RefusalContent(msgspec.Struct):
    """The model's refusal."""

    type: str
    refusal: str


class ImageContent(msgspec.Struct):
    """A picture of the caller's."""

    type: str
    image_url: str | None = None
    file_id: str | None = None
    detail: str | None = None


class FileContent(msgspec.Struct):
    """A file of the caller's."""

    type: str
    file_id: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    filename: str | None = None


class SoundData(msgspec.Struct):
    """Sound and its format."""

    data: str
    format: str = "wav"


class AudioContent(msgspec.Struct):
    """Sound of the caller's; not in OpenAI's reference, sent by clients of compatible servers."""

    type: str
    input_audio: SoundData


def shaped(raw: object, shape: type[T], path: str) -> T:
    """`raw` as one of the structs above. Raises `WrongShape` naming the member at fault."""
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        why, _, place = str(error).partition(" - at `$")
        raise WrongShape(path + place.removesuffix("`"), why) from None


def unnamed(raw: Item, shape: type[msgspec.Struct]) -> Item:
    """The members of `raw` that `shape` has no name for."""
    named = shape.__struct_fields__
    return {key: value for key, value in raw.items() if key not in named}


def kept(fields: Item) -> Extra:
    """Fields of this wire as a part's `extra`."""
    return {NAME: fields} if fields else {}


def own(extra: Extra) -> Item:
    """The fields of this wire in an `extra`, as a copy."""
    return dict(extra[NAME]) if NAME in extra else {}


def members_of(value: object) -> Item:
    """`value` if it is an object, else an empty one."""
    return as_object(value) or {}


def present(fields: Item) -> Item:
    """The fields that have a value."""
    return {key: value for key, value in fields.items() if value is not None}
