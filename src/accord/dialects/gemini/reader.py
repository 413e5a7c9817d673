"""What reads one request's answers: it knows what was asked, and whose words to use for what it finds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from accord.core.error import Malformed, ProviderError
from accord.core.finish import Finish
from accord.core.json import JsonObject, NotJson
from accord.core.part import Extra, Part, ToolCall
from accord.core.usage import Usage
from accord.dialects.gemini import wire
from accord.dialects.gemini.arguments import free_text
from accord.dialects.gemini.call_ids import made_up_id
from accord.dialects.gemini.dialect import kept
from accord.dialects.gemini.read_part import call_of, part_of
from accord.dialects.gemini.reading import read_message
from accord.dialects.gemini.tool_names import ToolNames

_answers = msgspec.json.Decoder(wire.Answer)


class Stages(Protocol):
    """The stages of a codec that reading needs (see `Gemini`)."""

    def finish_reason(self, raw: str | None, *, calls: bool) -> Finish:
        """Why a candidate ended."""
        ...

    def usage(self, metadata: JsonObject, fields: Mapping[int, Mapping[str, object]]) -> Usage:
        """What was used; `fields` are the candidates' other members, by index."""
        ...

    def failure(self, error: object, body: bytes) -> ProviderError:
        """What the `error` in a 200 tells of."""
        ...


class Asked(msgspec.Struct, frozen=True):
    """What the reader of an answer knows of its request."""

    stages: Stages
    names: ToolNames

    def answer(self, data: bytes) -> wire.Answer:
        """One message. Raises `Malformed`, or the `ProviderError` it tells of."""
        try:
            found = read_message(_answers, wire.Answer, data)
        except NotJson as error:
            raise Malformed(f"the answer is not what generateContent promises: {error}", body=data) from None
        if found.error is not None:
            raise self.stages.failure(found.error, data)
        return found

    def part(self, part: wire.Part, *, answer_id: str, choice: int, place: int) -> Part | None:
        """One part; calls get the caller's names, and an id if they have none. `place` counts the candidate's calls."""
        if part.function_call is None:
            return part_of(part)
        call = part.function_call
        if not call.name:
            raise Malformed("a function call in the answer has no name", status=200)
        found = call_of(part, call, call.id or "")
        if not call.id:
            made_up = made_up_id(answer_id, choice, place, call.name, found.arguments)
            found = msgspec.structs.replace(found, id=made_up)
        return self._restored(found, call)

    def _restored(self, found: ToolCall, call: wire.FunctionCall) -> ToolCall:
        declared = self.names.back(call.name)
        if declared.kind == "custom":
            found = msgspec.structs.replace(found, kind="custom", arguments=free_text(call.args))
        if declared.name != found.name or declared.namespace is not None:
            found = msgspec.structs.replace(found, name=declared.name, namespace=declared.namespace)
        return found


def candidate_fields(candidate: wire.Candidate) -> dict[str, object]:
    """The members of a candidate that have no neutral name, or more in them than that."""
    if _is_plain(candidate):
        return {}
    fields: dict[str, object] = dict(candidate.rest) if candidate.rest else {}
    if candidate.content is not None and candidate.content.rest:
        fields["content"] = candidate.content.rest
    named = {
        "finishMessage": candidate.finish_message,
        "safetyRatings": candidate.safety_ratings,
        "citationMetadata": candidate.citation_metadata,
        "groundingMetadata": candidate.grounding_metadata,
        "urlContextMetadata": candidate.url_context_metadata,
        "avgLogprobs": candidate.avg_logprobs,
        "tokenCount": candidate.token_count,
    }
    fields.update({name: value for name, value in named.items() if value is not None})
    return fields


def _is_plain(candidate: wire.Candidate) -> bool:
    """Whether there is nothing to it but what it says and why it ended, as with most: 14 thousand processor instructions
    less for an answer.
    """
    return (
        candidate.rest is None
        and candidate.finish_message is None
        and candidate.grounding_metadata is None
        and candidate.safety_ratings is None
        and candidate.citation_metadata is None
        and candidate.avg_logprobs is None
        and candidate.url_context_metadata is None
        and candidate.token_count is None
        and (candidate.content is None or candidate.content.rest is None)
    )


def answer_extra(answer: wire.Answer) -> Extra:
    """The members of an answer that have no neutral name."""
    fields: dict[str, object] = dict(answer.rest) if answer.rest else {}
    if answer.prompt_feedback is not None:
        fields["promptFeedback"] = answer.prompt_feedback
    if answer.create_time is not None:
        fields["createTime"] = answer.create_time
    return kept(fields)


def block_reason(answer: wire.Answer) -> str | None:
    """Why the prompt was blocked, `None` where it was not."""
    reason = (answer.prompt_feedback or {}).get("blockReason")
    return reason if isinstance(reason, str) else None


def created(answer: wire.Answer) -> int | None:
    """When the answer was made, in Unix seconds."""
    if answer.create_time is None:
        return None
    try:
        return int(datetime.fromisoformat(answer.create_time).timestamp())
    except (ValueError, OverflowError):
        return None
