"""How long a prompt is, in the fake's own tokens."""

from accord.core.json import as_array, as_object
from accord.testing.fake.tokens import count

_BINARY = 400
"""Text longer than this without a space is taken for base64."""

_MEDIA_TOKENS = 85
"""What a picture, sound or file counts."""


def prompt_tokens(*values: object) -> int:
    """The tokens of all text in some JSON values."""
    return sum(_tokens(value) for value in values)


def _tokens(value: object) -> int:
    if isinstance(value, str):
        return _MEDIA_TOKENS if len(value) > _BINARY and " " not in value else count(value)
    members = as_object(value)
    if members is not None:
        return sum(_tokens(member) for member in members.values())
    return sum(_tokens(item) for item in as_array(value) or [])
