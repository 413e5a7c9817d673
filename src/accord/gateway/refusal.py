"""Requests that get no further than the door, as errors of the tree that every wire can write.

The gateway is a provider to its callers, so what it refuses is what a provider would refuse: a bad key is an
`Authentication` with status 401, and so on. `status` is what the caller gets.
"""

from collections.abc import Iterable

from accord.core.error import Authentication, InvalidRequest, NotFound, Permission, ServerError, TimedOut


def no_key() -> Authentication:
    """No key came with the request."""
    return Authentication(
        "You didn't provide a key. Send it as `Authorization: Bearer <key>`, `x-api-key` or `api-key`.",
        status=401,
        code="invalid_api_key",
    )


def bad_key() -> Authentication:
    """A key came that nobody knows."""
    return Authentication("The key you provided is not known here.", status=401, code="invalid_api_key")


def foreign_caller(why: str) -> Permission:
    """A gateway without keys was asked by somebody from elsewhere."""
    return Permission(
        f"This gateway has no keys and answers programs on its own machine alone; {why[:200]}. "
        "Configure `gateway.keys` to let others in.",
        status=403,
        code="foreign_caller",
    )


def unknown_path(path: str, nearest: str | None) -> NotFound:
    """No endpoint has the path."""
    hint = f" Did you mean {nearest}?" if nearest else ""
    return NotFound(f"There is no {path[:200]!r} here.{hint}", status=404, code="not_found")


def wrong_method(method: str, allowed: Iterable[str]) -> InvalidRequest:
    """The path is right and the method is not."""
    words = " or ".join(sorted(allowed))
    return InvalidRequest(f"This path takes {words}, not {method[:20]}.", status=405, code="method_not_allowed")


def wrong_type(wanted: str, content_type: str) -> InvalidRequest:
    """The content type says that the body is not what the endpoint reads."""
    return InvalidRequest(
        f"The body must be {wanted}: send `content-type: {wanted}`, not {content_type[:100]!r}.",
        status=415,
        code="unsupported_media_type",
    )


def encoded(encoding: str) -> InvalidRequest:
    """The body is compressed."""
    return InvalidRequest(
        f"Bodies must not be compressed: leave out `content-encoding`, not {encoding[:100]!r}.",
        status=415,
        code="unsupported_content_encoding",
    )


def too_large(limit: int) -> InvalidRequest:
    """The body is longer than the gateway reads."""
    return InvalidRequest(
        f"The request body is longer than {limit / 1048576:.3g} MB, the most this gateway accepts (`gateway.body_limit_mb`).",
        status=413,
        code="request_too_large",
    )


def too_slow(seconds: float) -> TimedOut:
    """The body did not arrive."""
    return TimedOut(f"No more of the request's body came for {seconds:g} seconds.", status=408, code="request_timeout")


def too_little(rate: float, grace: float) -> TimedOut:
    """The body arrived too slowly."""
    return TimedOut(
        f"After {grace:g} seconds, the request's body has to have come at {rate:g} bytes a second at least.",
        status=408,
        code="request_timeout",
    )


def no_room() -> ServerError:
    """An upload needs more room than there is for temporary files."""
    return ServerError(
        "The gateway has no room to keep the upload until it is sent on.", status=507, code="insufficient_storage"
    )


def broke() -> ServerError:
    """The gateway's own code failed."""
    return ServerError("The gateway failed while serving this request; its log has the details.", status=500)


def shutting_down() -> ServerError:
    """The gateway has to stop and cannot wait any longer."""
    return ServerError(
        "The gateway is shutting down and could not finish this answer.", status=503, code="shutting_down"
    )
