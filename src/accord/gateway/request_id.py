"""The id of a request, ours or the caller's."""

import os
import re

_VALID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")


def request_id(given: str | None) -> str:
    """The caller's id where it is one that can stand in a log and a header, else a new one."""
    if given is not None and _VALID.fullmatch(given):
        return given
    return f"req_{os.urandom(12).hex()}"
