"""Why an answer ended, both ways. On this wire a whole answer has a status, and an incomplete one a reason."""

from collections.abc import Mapping

from accord.core.finish import Finish, FinishReason, native_reason

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
    if finish.unified == "error":
        return "failed", None
    # What is not known to be whole is not said to be (ADR 19).
    return ("completed", None) if finish.unified in ("stop", "tool_calls") else ("incomplete", {})


def native_of(finish: Finish | None) -> Mapping[str, str]:
    """The provider's own word as a member of the response, where the status and its reason say less."""
    status, incomplete = status_of(finish)
    return native_reason(finish, (incomplete or {}).get("reason", status))


def failure_in(finish: Finish | None) -> Mapping[str, str] | None:
    """The `error` of a response whose provider failed after it had begun; `None` for any other end."""
    if finish is None or finish.unified != "error":
        return None
    why = f" ({finish.raw})" if finish.raw else ""
    return {"code": "server_error", "message": f"The provider failed after it had begun to answer{why}."}
