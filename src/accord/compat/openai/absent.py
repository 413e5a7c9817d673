"""What OpenAI's SDK has and this does not, and what to use instead."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from accord.compat.openai.error import NotOfferedError

_LATER: Final = "bulk and batch work is not there yet; until then, run calls side by side with AsyncOpenAI"
_OPENAIS: Final = "it is a service of OpenAI's alone: use OpenAI's own SDK for it"
_FILES: Final = (
    "uploads are not there; a file in a message is sent to every provider by its data or address, and one that was uploaded by "
    "OpenAI's own SDK by its id"
)
_KEPT: Final = (
    "the library keeps no answers: keep them as accord.Conversation, or ask Accord's gateway, which keeps responses"
)
_RAW: Final = (
    "answers are read for every provider alike: `answer.accord` has the provider's own body (`raw`), request id, attempts, cost and "
    "warnings"
)
_LIVE: Final = (
    "there is no realtime sound: use audio.transcriptions, chat.completions and audio.speech one after another"
)

INSTEAD: Final[Mapping[str, str]] = {
    "admin": _OPENAIS,
    "audio.translations": "write the sound down with audio.transcriptions, and have a model translate the text",
    "audio.voice_consents": _OPENAIS,
    "audio.voices": _OPENAIS,
    "batches": _LATER,
    "beta.agents": _OPENAIS,
    "beta.assistants": "use responses, chat.completions, or accord.Client.run_tools with accord.Conversation",
    "beta.chatkit": _OPENAIS,
    "beta.realtime": _LIVE,
    "beta.responses": "use responses",
    "beta.threads": "use responses, chat.completions, or accord.Client.run_tools with accord.Conversation",
    "chat.completions.delete": _KEPT,
    "chat.completions.list": _KEPT,
    "chat.completions.messages": _KEPT,
    "chat.completions.retrieve": _KEPT,
    "chat.completions.update": _KEPT,
    "containers": _OPENAIS,
    "content_provenance_checks": _OPENAIS,
    "conversations": "keep conversations as accord.Conversation, and go on with them on any provider",
    "decisions": _OPENAIS,
    "evals": _OPENAIS,
    "files": _FILES,
    "fine_tuning": _OPENAIS,
    "images.create_variation": "use images.edit",
    "live": _LIVE,
    "models.delete": _OPENAIS,
    "realtime": _LIVE,
    "responses.cancel": _KEPT,
    "responses.compact": _OPENAIS,
    "responses.connect": _LIVE,
    "responses.delete": _KEPT,
    "responses.input_items": _KEPT,
    "responses.input_tokens": "accord.Client.estimate says beforehand what a conversation will need and cost, on every provider",
    "responses.retrieve": _KEPT,
    "safety": _OPENAIS,
    "skills": _OPENAIS,
    "uploads": _FILES,
    "vector_stores": _OPENAIS,
    "videos": _OPENAIS,
    "webhooks": _OPENAIS,
    "with_raw_response": _RAW,
    "with_streaming_response": "stream with `stream=True`, or with `chat.completions.stream` and `responses.stream`",
}
"""By the path within the client; what a path is said of holds for all below it."""

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "request", "get_api_list"})
"""The SDK's own ways to any address, which only a client of one server has."""


def absent(path: str, name: str, there: Sequence[str]) -> AttributeError:
    """The error of `name`, which the part of a client at `path` does not have; `there` is what it has."""
    owner = f"{path}." if path else ""
    if name.startswith("_"):
        return AttributeError(f"{owner or 'the client '}has no attribute {name!r}")
    instead = INSTEAD.get(owner + name) or INSTEAD.get(name)
    if instead is not None:
        return NotOfferedError(f"{owner}{name} is not in accord.compat.openai: {instead}", name)
    if not path and name in _METHODS:
        return NotOfferedError(f"{name} is not in accord.compat.openai: providers have their own addresses", name)
    near = get_close_matches(name, there, n=1)
    hint = f"did you mean {owner}{near[0]}?" if near else f"there are {', '.join(there)}"
    return NotOfferedError(f"there is no {owner}{name}: {hint}", name)
