"""Arguments of calls and answers of functions: objects on this wire, text everywhere else."""

import msgspec

from accord.core.json import NotJson, as_object, dumps, loads, read

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])

FREE_TEXT = "input"
"""The one parameter of a function that stands for a tool which takes free text."""


def arguments_text(args: dict[str, object] | None) -> str:
    """Arguments as the text of a JSON object."""
    return dumps(args or {}).decode()


def arguments_object(text: str) -> object | None:
    """The object in a call's arguments, as it was written; `None` where they are no object."""
    if not text.strip():
        return {}
    try:
        read(_object, text)
    except NotJson:
        return None
    return msgspec.Raw(text.encode())


def free_text(args: dict[str, object] | None) -> str:
    """What a tool that takes free text was given."""
    found = (args or {}).get(FREE_TEXT)
    return found if isinstance(found, str) else arguments_text(args)


def answer_object(text: str, *, is_error: bool) -> dict[str, object]:
    """A function's answer as the object this wire wants: under `output`, or `error`, unless it is one already."""
    if is_error:
        return {"error": text}
    return _object_in(text) or ({} if text.strip() == "{}" else {"output": text})


def answer_text(response: dict[str, object] | None) -> tuple[str, bool]:
    """A function's answer as text, and whether it tells of an error: what `answer_object` makes the same object of."""
    fields = response or {}
    if len(fields) == 1:
        error, output = fields.get("error"), fields.get("output")
        if isinstance(error, str):
            return error, True
        if isinstance(output, str) and _object_in(output) is None and output.strip() != "{}":
            return output, False
    return dumps(fields).decode(), False


def _object_in(text: str) -> dict[str, object] | None:
    """The object that a text is the JSON of; `None` for other texts, and for an object without members."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        return as_object(loads(text)) or None
    except NotJson:
        return None
