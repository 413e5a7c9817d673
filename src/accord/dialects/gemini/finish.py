"""Why a candidate ended, both ways. https://ai.google.dev/api/generate-content#FinishReason."""

from collections.abc import Mapping

from accord.core.finish import NATIVE, Finish, FinishReason, native_reason

_FILTERED = (
    "SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII MODEL_ARMOR ESCALATION IMAGE_SAFETY "
    "IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION IMAGE_OTHER NO_IMAGE"
)
_FAILED = (
    "MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL MALFORMED_RESPONSE TOO_MANY_TOOL_CALLS MISSING_THOUGHT_SIGNATURE"
)
_UNIFIED: Mapping[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    # Gemini 4's answers that go on in another request, which is the caller's to send.
    "CONTINUATION": "length",
    **dict.fromkeys(_FILTERED.split(), "content_filter"),
    **dict.fromkeys(_FAILED.split(), "error"),
}

_WORDS: Mapping[FinishReason, str] = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    # An answer that is not whole, for a reason this wire has no word for.
    "pause": "OTHER",
    "error": "OTHER",
    "unknown": "OTHER",
}
_UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"


def finish_of(raw: str | None, *, calls: bool) -> Finish:
    """What a finish reason means; `calls`: the candidate holds calls, which this wire ends with `STOP` too."""
    unified = _UNIFIED.get(raw or "", "unknown")
    return Finish(unified="tool_calls" if unified == "stop" and calls else unified, raw=raw)


def blocked(reason: str) -> Finish:
    """The finish of an answer that was never begun, because the prompt was blocked."""
    return Finish(unified="content_filter", raw=reason)


def told_of(finish: Finish | None) -> Mapping[str, str]:
    """The members of a candidate that say why it ended; what another wire's word says beyond this one's is in `finishMessage`."""
    word = reason_of(finish)
    said = {"finishReason": word}
    native = native_reason(finish, word)
    return {**said, "finishMessage": f"The provider's own word is {native[NATIVE]!r}."} if native else said


def reason_of(finish: Finish | None) -> str:
    """The word of this wire's for a finish; its own words stay what they were."""
    if finish is None or (finish.unified == "unknown" and not finish.raw):
        return _UNSPECIFIED
    if finish.raw is not None and finish.raw in _UNIFIED:
        return finish.raw
    return _WORDS[finish.unified]
