"""Pieces of an answer as neutral parts; shared by whole answers and streams, so that both tell the same."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from accord.core.error import Malformed
from accord.core.json import NotJson, a_kind_of, as_array, as_object, dumps, loads_object
from accord.core.part import Citation, Image, Opaque, Part, Reasoning, Text, ToolCall
from accord.core.response import TokenLogprob, TopLogprob
from accord.dialects.data_url import media_of
from accord.dialects.openai_chat.reasoning_detail import Detail, sealed
from accord.dialects.openai_chat.tool_name import EMULATED_ARGUMENT, ToolNames
from accord.dialects.openai_chat.wire import Call, Called, Score, Words


def reasoning_field(words: Words, order: Sequence[str]) -> tuple[str, str] | None:
    """The text of the first field in `order` that has any, and the field's name."""
    for name in order:
        match name:
            case "reasoning_content":
                value = words.reasoning_content
            case "reasoning":
                value = words.reasoning
            case _:
                value = words.reasoning_text
        if isinstance(value, str) and value:
            return value, name
    return None


def reasoning_part(text: str, field: str | None, details: Sequence[Detail]) -> Reasoning:
    """The reasoning of an answer. It remembers where on this wire it came from, to go back there unchanged."""
    own: dict[str, object] = {}
    if field is not None:
        own["field"] = field
    if details:
        own["reasoning_details"] = list(details)
    proof = sealed(details)
    return Reasoning(
        text=text,
        signature=proof[1] if proof else None,
        owner=proof[0] if proof else "openai_chat",
        extra={"openai_chat": own} if own else {},
    )


def call_id_of(call: Call, response_id: str, choice: int, position: int) -> str:
    """The call's id; one made of what is known of the call where the host gives none."""
    if isinstance(call.id, str) and call.id and call.id != "null":
        return call.id
    return "call_" + sha256(f"{response_id}/{choice}/{position}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def inside(call: Call) -> Called:
    """What is called, whichever kind of tool it is."""
    return call.custom or call.function or Called()


def argument_text(called: Called) -> str:
    """The arguments as text; hosts that give an object get it written down."""
    given = called.arguments if called.arguments is not None else called.input
    if given is None:
        return ""
    return given if isinstance(given, str) else dumps(given).decode()


def tool_call(call: Call, call_id: str, names: ToolNames, extra: Mapping[str, object]) -> ToolCall:
    """A call with its tool's own name. Of a function that stands for a custom tool, the input is taken out.

    Raises `Malformed` where the answer does not say which tool is called.
    """
    called = inside(call)
    arguments = argument_text(called)
    wire_name = called.name
    if not wire_name:
        raise Malformed("a tool call in the answer has no name", status=200)
    namespace, name = names.from_wire(wire_name)
    custom = call.custom is not None
    if wire_name in names.emulated:
        custom, arguments = True, emulated_input(arguments)
    return ToolCall(
        id=call_id,
        name=name,
        namespace=namespace,
        arguments=arguments,
        kind="custom" if custom else "function",
        signature=thought_signature(extra),
        extra={"openai_chat": dict(extra)} if extra else {},
    )


def emulated_input(arguments: str) -> str:
    """The free text in the arguments of a function that stands for a custom tool; all of them where it is not there."""
    try:
        value = loads_object(arguments).get(EMULATED_ARGUMENT)
    except NotJson:
        return arguments
    return value if isinstance(value, str) else arguments


def citations_in(annotations: object) -> tuple[Citation, ...]:
    """The sources among an answer's annotations."""
    found = [_citation(item) for item in annotations_in(annotations)]
    return tuple([citation for citation in found if citation is not None])


def other_annotations(annotations: object) -> bool:
    """Whether there are annotations that are no citations (OpenRouter's parsed files), to be kept as they are."""
    return any(item.get("type") != "url_citation" for item in annotations_in(annotations))


def annotations_in(given: object) -> list[dict[str, object]]:
    """The annotations of an answer, as far as they are such."""
    return [item for one in as_array(given) or [] if (item := as_object(one)) is not None]


def images_in(images: object) -> list[Image]:
    """Pictures the model drew, as OpenRouter gives them."""
    found: list[Image] = []
    for raw in as_array(images) or []:
        url = (as_object((as_object(raw) or {}).get("image_url")) or {}).get("url")
        if isinstance(url, str):
            found.append(Image(source=media_of(url)))
    return found


def words_of(value: object, name: str) -> str:
    """What stands where words are to stand; `""` for nothing. Raises `Malformed` for anything that is no text."""
    if isinstance(value, str):
        return value
    if value is None or value is msgspec.UNSET:
        return ""
    raise Malformed(f"the answer's `{name}` is no text but {a_kind_of(value)}", status=200)


def content_part(item: object) -> Part | None:
    """One element of an answer's content that is a list; `None` for what says nothing. Raises `Malformed`."""
    block = as_object(item)
    if block is None:
        said = words_of(item, "content[...]")
        return Text(text=said) if said else None
    text = block.get("text", block.get("refusal"))
    match block.get("type"):
        case "text" | "output_text" if text is not None and not isinstance(text, str):
            raise Malformed(f"the answer's `content[...].text` is no text but {a_kind_of(text)}", status=200)
        case "text" | "output_text" if isinstance(text, str):
            return Text(text=text)
        case "thinking":
            return Reasoning(text=_thinking(block.get("thinking")), owner="openai_chat")
        case "image_url":
            images = images_in([block])
            return images[0] if images else None
        case _:
            return Opaque(dialect="openai_chat", raw=block)


def scores(found: Sequence[Score] | msgspec.UnsetType | None) -> tuple[TokenLogprob, ...] | None:
    """Log probabilities of tokens."""
    if found is None or found is msgspec.UNSET:
        return None
    return tuple(
        [
            TokenLogprob(
                token=score.token,
                logprob=score.logprob,
                bytes=None if score.bytes is None else tuple(score.bytes),
                top=tuple(
                    [
                        TopLogprob(
                            token=top.token,
                            logprob=top.logprob,
                            bytes=None if top.bytes is None else tuple(top.bytes),
                        )
                        for top in score.top_logprobs or ()
                    ]
                ),
            )
            for score in found
        ]
    )


def _citation(item: Mapping[str, object]) -> Citation | None:
    cited = as_object(item.get("url_citation"))
    if cited is None:
        return None
    url, title, quote = cited.get("url"), cited.get("title"), cited.get("content")
    more = {
        key: value
        for key, value in cited.items()
        if key not in ("url", "title", "content", "start_index", "end_index") and value is not None
    }
    return Citation(
        url=url if isinstance(url, str) else None,
        title=title if isinstance(title, str) else None,
        quote=quote if isinstance(quote, str) else None,
        start=_offset(cited.get("start_index")),
        end=_offset(cited.get("end_index")),
        extra={"openai_chat": more} if more else {},
    )


def _offset(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _thinking(blocks: object) -> str:
    """The text of Mistral's `thinking`: a list of text blocks, or a string."""
    if isinstance(blocks, str):
        return blocks
    texts = [(as_object(block) or {}).get("text") for block in as_array(blocks) or []]
    return "".join([text for text in texts if isinstance(text, str)])


def thought_signature(extra: Mapping[str, object]) -> str | None:
    """Gemini's proof of the thinking behind a call, as its OpenAI endpoint gives it."""
    content = as_object(extra.get("extra_content")) or {}
    google = as_object(content.get("google")) or as_object(content.get("vertex")) or {}
    signature = google.get("thought_signature")
    return signature if isinstance(signature, str) else None
