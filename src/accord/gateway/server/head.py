"""What a request's head must be, beyond what llhttp sees to: rules by which nobody on the way can read it differently."""

from collections.abc import Mapping

from accord.core.http import Headers

_RARE = frozenset({"expect", "transfer-encoding"})


class BadRequest(Exception):
    """The bytes are not a request this server reads. `status` is 400, 413, 417, 431, 501 or 505."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status: int = status
        self.message: str = message


def check_head(version: str, headers: Headers, named: Mapping[str, str]) -> None:
    """Raises `BadRequest` for an unknown version, coding or expectation, and unless there is exactly one `Host`.

    `named` are the same headers by name.
    """
    if version == "1.1" and len(named) == len(headers) and "host" in named and _RARE.isdisjoint(named):
        return
    if version not in {"1.0", "1.1"}:
        raise BadRequest(505, f"This server speaks HTTP/1.1, not HTTP/{version}.")
    names = [name for name, _ in headers]
    if names.count("host") != 1 and not (version == "1.0" and "host" not in names):
        raise BadRequest(400, "A request has exactly one Host header.")
    if "transfer-encoding" in names:
        codings = [value.strip().lower() for name, value in headers if name == "transfer-encoding"]
        if codings != ["chunked"] or version == "1.0":
            raise BadRequest(501, "The only transfer coding read here is chunked, in HTTP/1.1.")
    if "expect" in names and any(name == "expect" and value.lower() != "100-continue" for name, value in headers):
        raise BadRequest(417, "The only expectation met here is 100-continue.")
