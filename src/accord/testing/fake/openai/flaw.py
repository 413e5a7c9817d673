"""A request of the wrong shape, in OpenAI's words and codes (dossier section 5)."""

from collections.abc import Mapping

from accord.testing.fake.desk import Rejected
from accord.testing.fake.openai.error import reject
from accord.testing.fake.shape import Flaw, FlawKind, path_text

_WORDS: Mapping[FlawKind, tuple[str, str]] = {
    "unknown": ("Unknown parameter: '{at}'.", "unknown_parameter"),
    "missing": ("Missing required parameter: '{at}'.", "missing_required_parameter"),
    "type": ("Invalid type for '{at}': expected {flaw.expected}, but got {flaw.got} instead.", "invalid_type"),
    "choice": ("Invalid value: '{flaw.value}'. Supported values are: {choices}.", "invalid_value"),
    "tag": ("Invalid value: '{flaw.value}'. Supported values are: {choices}.", "invalid_value"),
    "pattern": ("Invalid '{at}': string does not match the pattern '{flaw.expected}'.", "invalid_value"),
    "below": (
        "Invalid '{at}': {number} below minimum value. Expected a value >= {flaw.limit:g}, but got {flaw.value} instead.",
        "{number}_below_min_value",
    ),
    "above": (
        "Invalid '{at}': {number} above maximum value. Expected a value <= {flaw.limit:g}, but got {flaw.value} instead.",
        "{number}_above_max_value",
    ),
    "short": ("Invalid '{at}': empty string. Expected a string with minimum length {flaw.limit:g}.", "empty_string"),
    "long": (
        "Invalid '{at}': string too long. Expected a string with maximum length {flaw.limit:g}.",
        "string_above_max_length",
    ),
    "few": ("Invalid '{at}': empty array. Expected an array with minimum length {flaw.limit:g}.", "empty_array"),
    "many": (
        "Invalid '{at}': array too long. Expected an array with maximum length {flaw.limit:g}.",
        "array_above_max_length",
    ),
}
"""Message and code."""


def flawed(flaw: Flaw) -> Rejected:
    """The refusal."""
    param = path_text(flaw.path)
    number = "integer" if "integer" in flaw.expected else "decimal"
    choices = ", ".join([repr(choice) for choice in flaw.choices])
    message, code = _WORDS[flaw.kind]
    return reject(
        message.format(at=param, flaw=flaw, choices=choices, number=number),
        param=param,
        code=code.format(number=number),
    )
