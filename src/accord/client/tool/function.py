"""A tool made from a plain typed function: its schema from hints and docstring, and its arguments checked before each call."""

import contextlib
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final, TypeAlias, cast, get_args, get_origin, get_type_hints

import msgspec
from typing_extensions import TypeForm

from accord.client.tool.docstring import described
from accord.client.value.shape import Shape, shape_of
from accord.core.error import InvalidInput
from accord.core.json import JsonObject, NotJson, as_object, dumps, loads_object
from accord.core.tool import FunctionTool

Function: TypeAlias = Callable[..., object]
"""A function of the caller's, plain or `async`."""

_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class WrongArguments(ValueError):
    """The model called the tool with arguments it does not take. The text says which, for the model to read."""


class _Parameter(msgspec.Struct, frozen=True):
    name: str
    shape: Shape[object]
    required: bool
    positional: bool
    schema: JsonObject


class ToolFunction:
    """A function that a model may call.

    Made by itself of the functions given to `run_tools`; make one to give a function another name or description. `tool` is
    what the model is told, for a call with `tools=(tool.tool,)`.
    """

    def __init__(self, function: Function, *, name: str | None = None, description: str | None = None) -> None:
        """Raises `InvalidInput` naming the parameter that has no type, or none that JSON can carry."""
        if not callable(function):
            raise InvalidInput(f"a tool is a function, got {type(function).__name__}", param="tools")
        self.function = function
        inner = _innermost(function)
        self.name: str = name or (inner.__name__ if inner.__name__ != "__call__" else "")
        if not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"a tool needs a name of letters, digits, _ and -, and {self.name or type(function).__name__!r} is none: "
                "use ToolFunction(function, name=...)",
                param="tools",
            )
        told = described(inspect.getdoc(inner))
        self._parameters = _parameters(function, inner, self.name, told.parameters)
        self.tool: FunctionTool = FunctionTool(
            name=self.name,
            description=(description if description is not None else told.summary) or None,
            parameters=_schema(self._parameters),
        )

    def bound(self, arguments: str) -> Callable[[], object]:
        """The call that the model's arguments mean. Raises `WrongArguments`."""
        try:
            given = loads_object(arguments or "{}")
        except NotJson as error:
            raise WrongArguments(f"the arguments are not a JSON object: {error}") from None
        strangers = given.keys() - {parameter.name for parameter in self._parameters}
        if strangers:
            known = ", ".join([parameter.name for parameter in self._parameters]) or "no arguments"
            raise WrongArguments(f"there is no argument {min(strangers)!r}: {self.name} takes {known}")
        positional: list[object] = []
        named: dict[str, object] = {}
        for parameter in self._parameters:
            if parameter.name not in given:
                if parameter.required:
                    raise WrongArguments(f"the argument {parameter.name!r} is missing")
                continue
            value = _read(parameter, given[parameter.name])
            if parameter.positional:
                positional.append(value)
            else:
                named[parameter.name] = value
        return functools.partial(self.function, *positional, **named)


def _innermost(function: Function) -> Function:
    """What has the hints and the docstring: the function of a partial, the call of an object that can be called."""
    while isinstance(function, functools.partial):
        function = function.func
    return function if inspect.isroutine(inspect.unwrap(function)) else type(function).__call__


def _parameters(function: Function, inner: Function, name: str, told: Mapping[str, str]) -> tuple[_Parameter, ...]:
    try:
        hints = get_type_hints(inner, include_extras=True)
    except NameError as error:
        raise InvalidInput(f"the types of tool {name} cannot be read: {error}", param="tools") from None
    return tuple(
        [
            _parameter(parameter, hints, name, told)
            for parameter in inspect.signature(function).parameters.values()
            # What a partial has filled in already is not the model's to choose.
            if not (isinstance(function, functools.partial) and parameter.name in function.keywords)
        ]
    )


def _parameter(
    parameter: inspect.Parameter, hints: Mapping[str, object], tool: str, told: Mapping[str, str]
) -> _Parameter:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise InvalidInput(f"tool {tool}: *{parameter.name} cannot be described to a model", param="tools")
    if parameter.name not in hints:
        raise InvalidInput(f"tool {tool}: the parameter {parameter.name!r} has no type annotation", param="tools")
    hint = hints[parameter.name]
    try:
        shape = shape_of(cast("TypeForm[object]", hint))
    except InvalidInput as error:
        raise InvalidInput(f"tool {tool}: the parameter {parameter.name!r}: {error}", param="tools") from None
    return _Parameter(
        name=parameter.name,
        shape=shape,
        required=parameter.default is parameter.empty,
        positional=parameter.kind is parameter.POSITIONAL_ONLY,
        schema=_described(shape.schema, parameter, _words(hint) or told.get(parameter.name)),
    )


def _words(hint: object) -> str | None:
    """The description in `Annotated[str, "..."]`."""
    metadata = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((word for word in metadata if isinstance(word, str)), None)


def _described(schema: JsonObject, parameter: inspect.Parameter, description: str | None) -> JsonObject:
    """The schema of a parameter, without definitions, with description and default."""
    result = {key: value for key, value in schema.items() if key != "$defs"}
    if description and "description" not in result:
        result["description"] = description
    if parameter.default is not parameter.empty:
        # A default that JSON cannot carry (a sentinel) is the function's own affair.
        with contextlib.suppress(TypeError):
            result["default"] = msgspec.to_builtins(parameter.default, str_keys=True)
    return result


def _schema(parameters: tuple[_Parameter, ...]) -> JsonObject | None:
    if not parameters:
        return None
    definitions: dict[str, object] = {}
    for parameter in parameters:
        for name, schema in (as_object(parameter.shape.schema.get("$defs")) or {}).items():
            if definitions.setdefault(name, schema) != schema:
                raise InvalidInput(f"two different types of the parameters are named {name}", param="tools")
    root: dict[str, object] = {
        "type": "object",
        "properties": {parameter.name: parameter.schema for parameter in parameters},
        "required": [parameter.name for parameter in parameters if parameter.required],
        "additionalProperties": False,
    }
    return {**root, "$defs": definitions} if definitions else root


def _read(parameter: _Parameter, value: object) -> object:
    try:
        return parameter.shape.read(dumps(value))
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise WrongArguments(f"the argument {parameter.name!r} does not fit: {error}") from None
