"""Types of the caller's own as the form of an answer, and answers read into them, as OpenAI's SDK does it."""

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar, cast, runtime_checkable

from typing_extensions import TypeForm

from accord.client.value.shape import Misfit
from accord.client.value.wanted import Wanted
from accord.compat.openai.error import OpenAIError
from accord.compat.openai.omitted import Omit
from accord.core.error import InvalidInput
from accord.core.json import JsonObject, as_object, loads

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class _Validates(Protocol):
    """A pydantic model, which says by an error of its own what does not fit."""

    def model_validate_json(self, json_data: str) -> object:
        """The value. Raises `pydantic.ValidationError`."""
        ...


class Form(Generic[T_co]):
    """A type, as the form of an answer."""

    def __init__(self, form: TypeForm[T_co]) -> None:
        """Raises `TypeError` for what no JSON Schema can be made of, as the SDK does."""
        try:
            self._wanted: Wanted[T_co] = Wanted(form)
        except InvalidInput as error:
            raise TypeError(error.message) from None
        self._form: object = form

    @property
    def named(self) -> JsonObject:
        """Name and schema, as requests have them."""
        wanted = self._wanted
        schema = wanted.schema if wanted.strict is None else wanted.strict
        return {"name": wanted.name, "schema": schema, "strict": wanted.strict is not None}

    def read(self, text: str) -> T_co:
        """The value. Raises `ValueError` for what does not fit: of a pydantic model, its `ValidationError`."""
        try:
            return self._wanted.read(text)
        except Misfit:
            if isinstance(self._form, type) and isinstance(self._form, _Validates):
                self._form.model_validate_json(text)
            raise

    def so_far(self, members: JsonObject) -> object:
        """What the beginning of an answer says, as plain JSON."""
        return members.get("value") if self._wanted.wrapped else members


def form_of(given: TypeForm[T] | Mapping[str, object] | Omit) -> Form[T] | None:
    """The type that an answer is to be read into; `None` where there is none, or only a schema."""
    return None if isinstance(given, Omit | Mapping) else Form(given)


@runtime_checkable
class _OfModel(Protocol):
    """A function tool that remembers its type: ours, and those of `openai.pydantic_function_tool`."""

    @property
    def model(self) -> object: ...


class TypedFunction(dict[str, object]):
    """A function tool as requests have it, with the type of its arguments."""

    def __init__(self, members: JsonObject, model: object) -> None:
        super().__init__(members)
        self.model = model


def pydantic_function_tool(
    model: type[object], *, name: str | None = None, description: str | None = None
) -> dict[str, object]:
    """A tool whose arguments are a value of `model`, for `parse` and `stream`: `openai.pydantic_function_tool` for any type.

    Name and description are those of the type where they are not given. Raises `TypeError` for a type without JSON Schema.
    """
    told = description if description is not None else _doc(model)
    named = Form(model).named
    members: dict[str, object] = {
        "name": name or model.__name__,
        "strict": named["strict"],
        "parameters": named["schema"],
    }
    if told is not None:
        members["description"] = told
    return {"type": "function", "function": TypedFunction(members, model)}


def _doc(model: type[object]) -> str | None:
    """What a type says of itself; dataclasses without a text of their own have one that only repeats their fields."""
    doc = model.__doc__
    return None if doc is not None and doc.startswith(f"{model.__name__}(") else doc


class Tools:
    """The tools of a call, and the reading of what they are called with."""

    def __init__(self, given: Iterable[object] | Omit | None) -> None:
        self.given: list[object] | None = None if given is None or isinstance(given, Omit) else list(given)
        self._functions = dict(_function(tool) for tool in self.given or ())

    @property
    def parse(self) -> bool:
        """Whether any of them is read into values."""
        return any(_is_read(function) for function in self._functions.values())

    def reads(self, name: str) -> bool:
        """Whether the arguments of that one are read into values."""
        function = self._functions.get(name)
        return function is not None and _is_read(function)

    def arguments(self, name: str, text: str) -> object | None:
        """What a call of `name` says; `None` for tools that are not strict. Raises `ValueError` where it does not fit."""
        function = self._functions.get(name)
        if isinstance(function, _OfModel):
            return Form(cast("TypeForm[object]", function.model)).read(text)
        return loads(text.encode()) if function is not None and _is_read(function) else None


def _function(tool: object) -> tuple[str, object]:
    """The name of a tool and what says how it is called, in the words of either API."""
    if not isinstance(tool, Mapping):
        raise OpenAIError(f"a tool is a mapping such as {{'type': 'function', ...}}, got {type(tool).__name__}")
    members = cast("Mapping[str, object]", tool)
    function = cast("Mapping[str, object]", members.get("function") or members)
    return str(function.get("name")), function


def _is_read(function: object) -> bool:
    members = as_object(function)
    return isinstance(function, _OfModel) or (members is not None and members.get("strict") is True)
