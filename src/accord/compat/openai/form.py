"""Requests with files in them, as forms. https://www.rfc-editor.org/rfc/rfc7578"""

import mimetypes
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import IO, Protocol, TypeAlias, cast, runtime_checkable

from accord.compat.openai.error import OpenAIError
from accord.compat.openai.omitted import Omit
from accord.compat.openai.request import Asked, Timeout, arguments_of, options_of
from accord.core.blob import whole
from accord.core.json import as_array
from accord.dialects.openai_endpoints.multipart import FormPart, form_text, write_form

FileContent: TypeAlias = IO[bytes] | bytes | PathLike[str]
FileTypes: TypeAlias = (
    FileContent | tuple[str | None, FileContent] | tuple[str | None, FileContent, str | None] | tuple[object, ...]
)
"""A file: its content, or its name, content and MIME type."""


def asked_by_form(arguments: Mapping[str, object], timeout: Timeout | Omit, files: Iterable[str]) -> Asked:
    """The request that a method's `arguments` make; those named by `files` are files.

    Raises `OpenAIError` for a file that cannot be read, and as `asked` does.
    """
    named = frozenset(files)
    given = {name: value for name, value in arguments.items() if name in named and not isinstance(value, Omit)}
    others = {name: value for name, value in arguments.items() if name not in named}
    parts = [
        part(name, item)
        for part, fields in ((_field, arguments_of(others)), (_file, given))
        for field, value in fields.items()
        for name, item in _items(field, value)
    ]
    content_type, body = write_form(parts)
    return Asked(whole(body), options_of(arguments, timeout), content_type)


def _items(name: str, value: object) -> list[tuple[str, object]]:
    """One value, or each of a list."""
    items = None if isinstance(value, tuple) else as_array(value)
    return [(name, value)] if items is None else [(f"{name}[]", item) for item in items]


def _field(name: str, value: object) -> FormPart:
    return FormPart(name=name, data=form_text(value))


def _file(name: str, value: object) -> FormPart:
    told = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (None, value)
    content = told[1] if len(told) > 1 else None
    kind = told[2] if len(told) > 2 else None
    filename = told[0] if told and isinstance(told[0], str) else _name(content)
    return FormPart(
        name=name,
        data=_content(name, content),
        filename=filename,
        content_type=kind if isinstance(kind, str) else mimetypes.guess_type(filename)[0],
    )


def _content(name: str, content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    try:
        if isinstance(content, Path):
            return content.read_bytes()
        read: object = cast("IO[bytes]", content).read()
    except OSError as error:
        raise OpenAIError(f"the file for `{name}` cannot be read: {error}") from error
    except AttributeError:
        read = None
    if not isinstance(read, bytes):
        raise OpenAIError(
            f"`{name}` must be bytes, a file opened in binary mode, a path (pathlib.Path) or a tuple of name and content, got "
            f"{type(content).__name__}"
        )
    return read


def _name(content: object) -> str:
    """What a file is called that has no name given."""
    own: object = content.name if isinstance(content, _Named) else None
    # A path's own name, or where an open file lies.
    return Path(own).name if isinstance(own, str) else "upload"


@runtime_checkable
class _Named(Protocol):
    @property
    def name(self) -> object: ...
