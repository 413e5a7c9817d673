"""Answers read into the caller's types."""

from typing import TypeVar, cast

from accord.compat.openai.error import ContentFilterFinishReasonError, LengthFinishReasonError
from accord.compat.openai.model import put
from accord.compat.openai.parsing import Form, Tools
from accord.compat.openai.types.chat import ChatCompletion
from accord.compat.openai.types.parsed import ParsedChatCompletion, ParsedFunctionToolCall
from accord.compat.openai.types.parsed_response import (
    ParsedResponse,
    ParsedResponseFunctionToolCall,
)
from accord.compat.openai.types.responses import Response

T = TypeVar("T")


def parsed_completion(answer: ChatCompletion, form: Form[T] | None, tools: Tools) -> ParsedChatCompletion[T]:
    """The answer with its values. Raises `LengthFinishReasonError`, `ContentFilterFinishReasonError`, and `ValueError`
    where a value does not fit.
    """
    found = cast("ParsedChatCompletion[T]", ParsedChatCompletion.again(answer))
    for choice in found.choices:
        refuse_unfinished(choice.finish_reason, answer)
        message = choice.message
        if form is not None and message.content and not message.refusal:
            put(message, "parsed", form.read(message.content))
        for call in message.tool_calls or ():
            if isinstance(call, ParsedFunctionToolCall):
                put(call.function, "parsed_arguments", tools.arguments(call.function.name, call.function.arguments))
    return found


def refuse_unfinished(reason: str | None, answer: ChatCompletion) -> None:
    """Raises the error of an answer that was cut or held back."""
    if reason == "length":
        raise LengthFinishReasonError(completion=answer)
    if reason == "content_filter":
        raise ContentFilterFinishReasonError(completion=answer)


def parsed_response(answer: Response, form: Form[T] | None, tools: Tools) -> ParsedResponse[T]:
    """The answer with its values. Raises `ValueError` where one does not fit."""
    found = cast("ParsedResponse[T]", ParsedResponse.again(answer))
    for text, phase in found.texts():
        put(text, "parsed", value_of(form, text.text, phase))
    for item in found.output or ():
        if isinstance(item, ParsedResponseFunctionToolCall):
            put(item, "parsed_arguments", tools.arguments(item.name, item.arguments))
    return found


def value_of(form: Form[T] | None, text: str, phase: str | None) -> T | None:
    """The value that a text says. What is said on the way to the answer (a `phase` of its own) is none, and so is nothing."""
    return None if form is None or not text or phase not in {None, "final_answer"} else form.read(text)
