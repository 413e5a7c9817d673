"""Why an answer ended, both ways. On this wire a whole answer has a status, and an incomplete one a reason."""

from collections.abc import Mapping

from accord.core.finish import Finish, FinishReason

_REASONS: Mapping[str, FinishReason] = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}

_INCOMPLETE: Mapping[FinishReason, str] = {"length": "max_output_tokens", "content_filter": "content_filter"}

# Reasons this wire has and Accord has no word for; an answer cut by one of them stays incomplete.
_OWN_REASONS = frozenset({"max_messages", "steered"})
_OWN_STATUSES = frozenset({"queued", "in_progress", "cancelled"})


def finish_of(status: str, reason: str | None, *, calls: bool) -> Finish:
    """What a status means. `calls`: the answer asks the caller to run tools."""
    if status == "completed":
        return Finish(unified="tool_calls" if calls else "stop", raw=status)
    if status == "incomplete":
        return Finish(unified=_REASONS.get(reason or "", "unknown"), raw=reason or status)
    return Finish(unified="unknown", raw=status)


def status_of(finish: Finish | None) -> tuple[str, Mapping[str, str] | None]:
    """The status for a finish, and `incomplete_details`. Where the wire has no word for the reason, it names none."""
    if finish is None:
        return "incomplete", {}
    if finish.raw in _OWN_REASONS:
        return "incomplete", {"reason": finish.raw}
    if finish.unified == "unknown" and finish.raw in _OWN_STATUSES:
        return finish.raw, None
    reason = _INCOMPLETE.get(finish.unified)
    if reason is not None:
        return "incomplete", {"reason": reason}
    if finish.unified == "pause":
        return "incomplete", {}
    if finish.unified == "error":
        return "failed", None
    return "completed", None
