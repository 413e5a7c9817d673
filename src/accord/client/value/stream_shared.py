"""What blocking and asyncio streams of a value have in common: everything but the waiting."""

from collections.abc import Iterator
from typing import Generic, TypeAlias, TypeVar, cast, get_args, get_origin

from typing_extensions import TypeForm

from accord.client.value.means import TOOL, Means
from accord.client.value.parsing import Parsed, answer_in
from accord.client.value.prefix import Prefix
from accord.client.value.shape import Misfit
from accord.client.value.wanted import INNER, Wanted
from accord.core.error import InvalidInput, Unparsed
from accord.core.event import ArgumentsDelta, Event, PartStarted, TextDelta
from accord.core.json import as_array
from accord.core.part import Text, ToolCall
from accord.core.response import ChatResponse

T = TypeVar("T")

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""Plain JSON data."""


class ValueReader(Generic[T]):
    """Reads a value out of an answer while it streams in."""

    def __init__(self, form: TypeForm[T], wanted: Wanted[T], means: Means) -> None:
        self._form: object = form
        self._wanted = wanted
        self._means: Means = means
        self._text = Prefix()
        self._call = Prefix()
        self._calls: set[int] = set()
        self._partial: object = None
        self._given = 0
        self._parsed: Parsed[T] | None = None

    @property
    def parsed(self) -> Parsed[T]:
        """The value and its answer. Raises `InvalidInput` before the stream was read to its end."""
        if self._parsed is None:
            raise InvalidInput("the value is there once the stream was read to its end")
        return self._parsed

    def take(self, event: Event) -> bool:
        """Takes an event into account. Says whether there is more to see than before."""
        found: object = None
        match event:
            case PartStarted(choice=0, value=Text(text=text)) | TextDelta(choice=0, text=text):
                found = self._text.feed(text)
            case PartStarted(choice=0, value=ToolCall(name=name, arguments=arguments), part=part) if name == TOOL:
                self._calls.add(part)
                found = self._call.feed(arguments)
            case ArgumentsDelta(choice=0, part=part, text=text) if part in self._calls:
                found = self._call.feed(text)
            case _:
                pass
        if not isinstance(found, dict) or (self._wanted.wrapped and INNER not in found):
            return False
        self._partial = found[INNER] if self._wanted.wrapped else found
        return True

    @property
    def partial(self) -> JsonValue:
        """What is there so far, as plain JSON data."""
        return cast("JsonValue", self._partial)

    def element(self) -> Wanted[object]:
        """What each element of the list is to be. Raises `InvalidInput` where the type is no list."""
        arguments = get_args(self._form)
        if get_origin(self._form) is not list or not arguments:
            raise InvalidInput("items() needs `into=list[...]`", param="into")
        return Wanted(cast("TypeForm[object]", arguments[0]))

    def new_items(self, item: Wanted[object]) -> Iterator[object]:
        """The elements that have become whole. Raises `Unparsed` for one that does not fit."""
        whole = self._call.items if self._calls else self._text.items
        while self._given < whole:
            elements = as_array(self._partial) or []
            if self._given >= len(elements):
                return
            try:
                found = item.inner(elements[self._given])
            except Misfit as misfit:
                why = f"element {self._given} of the answer does not fit: {misfit}"
                raise Unparsed(why, reason="invalid") from None
            self._given += 1
            yield found

    def finish(self, response: ChatResponse) -> None:
        """Reads the whole answer. Raises `Unparsed`."""
        responses = (response,)
        try:
            value = self._wanted.read(answer_in(responses, self._means))
        except Misfit as misfit:
            raise Unparsed(f"the answer does not fit: {misfit}", reason="invalid", responses=responses) from None
        self._parsed = Parsed(value=value, responses=responses, means=self._means)
