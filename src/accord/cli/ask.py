"""`accord ask`."""

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from accord.cli.answer_line import answer_line
from accord.cli.attachment import attached
from accord.cli.connection import connected
from accord.cli.exit import FAILURE, OK
from accord.cli.printable import printable
from accord.client.client import Client
from accord.core.error import ConfigError
from accord.core.json import JsonObject, dumps, loads_object
from accord.core.message import Message, system, user
from accord.core.part import Part, Text
from accord.core.request import ChatRequest, JsonSchemaFormat
from accord.core.response import ChatResponse

File = Annotated[tuple[Path, ...], Parameter(name=("--file", "-f"), negative="")]


def ask(
    question: str = "",
    /,
    *,
    model: Annotated[str, Parameter(name=("--model", "-m"))] = "",
    instructions: Annotated[str, Parameter(name=("--system", "-s"))] = "",
    file: File = (),
    schema: Path | None = None,
    max_tokens: int | None = None,
    stream: bool = True,
    quiet: Annotated[bool, Parameter(name=("--quiet", "-q"), negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    base_url: str = "",
    key: str = "",
) -> int:
    """Ask a model one question. What is piped in comes before the question. Ends with 1 where the answer is not whole.

    Args:
        question: The question; left out, what is piped in is the question.
        model: `provider/model`. Left out: ACCORD_MODEL, else a cheap model of the first provider whose key is set.
        instructions: Instructions that stand above the question.
        file: A picture, sound, PDF or text to go with it; may be given several times.
        schema: A file with a JSON Schema that the answer must fit.
        max_tokens: The most tokens of answer, reasoning included.
        stream: Print the answer while it comes.
        quiet: No line about usage and cost on standard error.
        as_json: Print everything that is known of the answer as JSON.
        base_url: A gateway or a server that speaks OpenAI's wire, such as http://127.0.0.1:4000/v1. Left out: ACCORD_BASE_URL.
        key: Its key. Left out: ACCORD_KEY, which others on the machine cannot see.
    """
    connection = connected(model, base_url, key)
    request = ChatRequest(
        model=connection.model,
        messages=_messages(question, instructions, file),
        response_format=None if schema is None else JsonSchemaFormat(schema=_schema(schema)),
        max_output_tokens=max_tokens,
    )
    began = time.monotonic()
    with connection.client as client:
        if stream and not as_json:
            response = _streamed(client, request)
        else:
            response = client.chat_completion(request)
            print(dumps(msgspec.structs.replace(response, raw=None)).decode() if as_json else response.text)
    if not quiet and not as_json:
        print(answer_line(response, connection.model, time.monotonic() - began), file=sys.stderr)
    return OK if response.finish is not None and response.finish.unified == "stop" else FAILURE


def _streamed(client: Client[object], request: ChatRequest) -> ChatResponse:
    with client.chat_completion_stream(request) as stream:
        # A program or a file gets the answer as it is.
        shown = printable if sys.stdout.isatty() else str
        try:
            for text in stream.text():
                print(shown(text), end="", flush=True)
        finally:
            # Also where it breaks off: what is said of that is a line of its own.
            print(flush=True)
        return stream.response


def _messages(question: str, instructions: str, files: tuple[Path, ...]) -> tuple[Message, ...]:
    piped = "" if sys.stdin is None or sys.stdin.isatty() else _piped()
    question = _meant(question)
    parts: list[Part] = [attached(path) for path in files]
    text = "\n\n".join([one for one in (piped, question) if one])
    parts += [Text(text=text)] if text else []
    if not text:
        raise ConfigError('what is the question? accord ask "Why is the sky blue?"')
    asked = user(parts)
    return (system(instructions), asked) if instructions else (asked,)


def _piped() -> str:
    """What is piped in. Raises `ConfigError` for what is no text."""
    # As bytes, where there are any: a text that was decoded by another locale is broken already.
    data = sys.stdin.buffer.read() if hasattr(sys.stdin, "buffer") else sys.stdin.read().encode()
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        raise ConfigError("what is piped in is no text in UTF-8: give files by --file") from None


def _meant(argument: str) -> str:
    """An argument as it was written, whatever the locale. Raises `ConfigError` for what is no text."""
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        raise ConfigError("the question is no text in UTF-8") from None


def _schema(path: Path) -> JsonObject:
    try:
        return loads_object(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: no JSON Schema: {error}") from None
