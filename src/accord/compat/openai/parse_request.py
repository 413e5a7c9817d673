"""The requests of `parse` and `stream`: those of `create`, with the form of the answer as a type."""

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

from typing_extensions import TypeForm

from accord.compat.openai.omitted import Omit
from accord.compat.openai.param import ParseParams, ResponseParams
from accord.compat.openai.parsing import Form, Tools, form_of
from accord.compat.openai.request import Asked, Timeout, asked
from accord.core.json import as_object

T = TypeVar("T")
Read = tuple[Form[T] | None, Tools, Asked]
"""What an answer is read into, what its calls are, and the request."""


def parse_request(
    response_format: TypeForm[T] | Mapping[str, object] | Omit, params: ParseParams, *, stream: bool = False
) -> Read[T]:
    """The request of `chat.completions.parse` or `stream`. Raises `TypeError` for arguments there are not, and as `asked`."""
    form, tools, members = _read(response_format, {**params}, ParseParams)
    if form is not None:
        members["response_format"] = {"type": "json_schema", "json_schema": form.named}
    elif not isinstance(response_format, Omit):
        members["response_format"] = response_format
    return form, tools, _asked(members, stream=stream)


def response_request(
    text_format: TypeForm[T] | Omit,
    params: ResponseParams,
    *,
    verbosity: str | Omit | None = None,
    stream: bool = False,
) -> Read[T]:
    """The request of `responses.parse` or `stream`. Raises as `parse_request`."""
    form, tools, members = _read(text_format, {**params}, ResponseParams)
    text = dict(as_object(members.get("text")) or {})
    if form is not None:
        if "format" in text:
            raise TypeError("`text.format` and `text_format` both say what form the answer has: give one of them")
        text["format"] = {"type": "json_schema", **form.named}
    if isinstance(verbosity, str):
        text["verbosity"] = verbosity
    if text:
        members["text"] = text
    return form, tools, _asked(members, stream=stream)


def _read(
    form: TypeForm[T] | Mapping[str, object] | Omit, members: dict[str, object], known: type
) -> tuple[Form[T] | None, Tools, dict[str, object]]:
    for name in members.keys() - known.__annotations__.keys():
        raise TypeError(f"got an unexpected keyword argument {name!r}")
    tools = Tools(cast("Iterable[object] | Omit | None", members.get("tools")))
    if tools.given is not None:
        members["tools"] = tools.given
    return form_of(form), tools, members


def _asked(members: dict[str, object], *, stream: bool) -> Asked:
    timeout = cast("Timeout | Omit", members.get("timeout", Omit()))
    return asked({**members, "stream": True} if stream else members, timeout)
