"""Members that are null where OpenAI's schema knows no null, taken out of a text of JSON.

Many hosts write them, OpenAI itself among them (`system_fingerprint`). In a dict they are left out; where an answer is handed on
as bytes, they are cut out of those.
"""

import re
from typing import Final

NEVER_NULL: Final = frozenset({"annotations", "function_call", "tool_calls"})
"""Members of messages and deltas that the schema lets be absent, and not be null."""

_ONE = rb'"(?:system_fingerprint|' + b"|".join(name.encode() for name in sorted(NEVER_NULL)) + rb')"\s*:\s*null'
_NULLS = re.compile(rb",\s*" + _ONE + rb"|" + _ONE + rb"\s*,\s*")


def without_nulls(data: bytes) -> bytes:
    """The same JSON without such members. Within a string their quotes would be escaped, so what looks like one is one."""
    return _NULLS.sub(b"", data)
