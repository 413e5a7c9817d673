"""Plain typed functions as tools: what the model is told, and which arguments get through."""

import functools
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Literal

import msgspec
import pytest
from pydantic import BaseModel, Field

from accord import InvalidInput
from accord.client.tool.docstring import described
from accord.client.tool.function import Function, ToolFunction, WrongArguments


class Unit(Enum):
    C = "celsius"
    F = "fahrenheit"


@dataclass
class Place:
    city: str
    country: str = "NO"


class Filter(BaseModel):
    most: int = Field(ge=1)


def weather(city: str, unit: Unit = Unit.C, days: Annotated[int, msgspec.Meta(ge=1, le=14)] = 1) -> str:
    """The weather in a city.

    As far as it is known.

    Args:
        city: the name of the city,
            in English.
        unit (Unit): how to count.
        days: how far ahead.

    Returns:
        The weather.

    Raises:
        ValueError: never.
    """
    return f"{city} {unit.value} {days}"


def numpy_style(a: int, b: str = "x") -> None:
    """Adds things.

    Parameters
    ----------
    a : int
        The first,
        and more.
    b : str, optional
        The second.

    Returns
    -------
    None
    """


def sphinx_style(a: int, b: str = "x") -> None:
    """Adds things.

    :param a: The first,
        and more.
    :param str b: The second.
    :returns: nothing
    """


def google_style(a: int, b: str = "x") -> None:
    """Adds things.

    Args:
      a: The first,
        and more.
      b (str): The second.

    Example:
        google_style(1)
    """


class TestWhatTheModelIsTold:
    def test_the_whole_of_a_tool(self) -> None:
        tool = ToolFunction(weather).tool
        assert tool.name == "weather"
        assert tool.description == "The weather in a city.\n\nAs far as it is known."
        assert tool.parameters == {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "the name of the city, in English."},
                "unit": {"$ref": "#/$defs/Unit", "description": "how to count.", "default": "celsius"},
                "days": {"type": "integer", "minimum": 1, "maximum": 14, "description": "how far ahead.", "default": 1},
            },
            "required": ["city"],
            "additionalProperties": False,
            "$defs": {"Unit": {"title": "Unit", "enum": ["celsius", "fahrenheit"]}},
        }

    @pytest.mark.parametrize("function", [google_style, numpy_style, sphinx_style])
    def test_three_ways_to_write_docstrings(self, function: Function) -> None:
        found = described(function.__doc__)
        assert found.parameters == {"a": "The first, and more.", "b": "The second."}
        assert found.summary == "Adds things."

    def test_a_docstring_without_sections_is_the_description(self) -> None:
        text = "Does it: now.\n\nnote that this is prose."
        assert described(text) == (text, {})
        assert described(None) == ("", {})

    def test_words_in_annotations_win(self) -> None:
        def find(
            what: Annotated[str, "what to look for"], most: Annotated[int, msgspec.Meta(description="how many")]
        ) -> None:
            """Finds.

            Args:
                what: nothing.
                most: nothing.
            """

        properties = (ToolFunction(find).tool.parameters or {})["properties"]
        assert isinstance(properties, dict)
        assert properties["what"]["description"] == "what to look for"
        assert properties["most"]["description"] == "how many"

    def test_a_tool_without_parameters_has_no_schema(self) -> None:
        def now() -> str:
            return "12:00"

        assert ToolFunction(now).tool.parameters is None

    def test_another_name_and_description(self) -> None:
        tool = ToolFunction(weather, name="meteo", description="Le temps.").tool
        assert (tool.name, tool.description) == ("meteo", "Le temps.")

    def test_methods_and_partials(self) -> None:
        class Shop:
            def price(self, item: str, currency: str) -> str:
                """The price."""
                return item + currency

        assert ToolFunction(Shop().price).name == "price"
        tool = ToolFunction(functools.partial(Shop().price, currency="EUR"))
        assert (tool.tool.parameters or {})["required"] == ["item"]
        assert tool.bound('{"item": "tea "}')() == "tea EUR"


class Search:
    """An index of pages."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, words: str) -> str:
        """Searches the pages.

        Args:
            words: what to look for.
        """
        return f"{words} {self.most}"


def test_an_object_that_can_be_called_is_a_tool_by_another_name() -> None:
    search = ToolFunction(Search(3), name="search")
    assert search.tool.description == "Searches the pages."
    assert search.tool.parameters is not None
    assert search.tool.parameters["properties"] == {"words": {"type": "string", "description": "what to look for."}}
    assert search.bound('{"words": "cats"}')() == "cats 3"
    with pytest.raises(InvalidInput, match="'Search' is none: use ToolFunction"):
        ToolFunction(Search(3))


class TestWhatIsNoTool:
    def test_the_parameter_without_a_type_is_named(self) -> None:
        def weather(city, unit: str) -> str:  # type: ignore[no-untyped-def]
            return city + unit

        with pytest.raises(InvalidInput, match="tool weather: the parameter 'city' has no type annotation"):
            ToolFunction(weather)

    def test_the_parameter_with_an_impossible_type_is_named(self) -> None:
        def draw(at: ToolFunction) -> None: ...

        with pytest.raises(InvalidInput, match="tool draw: the parameter 'at': no JSON Schema"):
            ToolFunction(draw)

    def test_open_ended_parameters_are_refused(self) -> None:
        def anything(**more: str) -> None: ...

        with pytest.raises(InvalidInput, match="more cannot be described"):
            ToolFunction(anything)

    def test_a_lambda_needs_a_name(self) -> None:
        with pytest.raises(InvalidInput, match="name="):
            ToolFunction(lambda: "x")
        assert ToolFunction(lambda: "x", name="x").bound("")() == "x"


class TestArguments:
    def test_they_come_in_the_types_of_the_parameters(self) -> None:
        def book(place: Place, day: date, kinds: list[Literal["bed", "food"]], only: Filter, n: float = 1, /) -> object:
            return (place, day, kinds, only, n)

        said = '{"place": {"city": "Oslo"}, "day": "2026-02-01", "kinds": ["bed"], "only": {"most": 2}, "n": 3}'
        assert ToolFunction(book).bound(said)() == (Place("Oslo"), date(2026, 2, 1), ["bed"], Filter(most=2), 3.0)

    def test_defaults_are_the_functions_own(self) -> None:
        assert ToolFunction(weather).bound('{"city": "Oslo"}')() == "Oslo celsius 1"

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ("{", "not a JSON object"),
            ("[1]", "not a JSON object"),
            ("{}", "'city' is missing"),
            ('{"city": "Oslo", "town": 1}', "no argument 'town': weather takes city, unit, days"),
            ('{"city": 5}', "'city' does not fit: Expected `str`, got `int`"),
            ('{"city": "Oslo", "days": 15}', "'days' does not fit: Expected `int` <= 14"),
            ('{"city": "Oslo", "unit": "kelvin"}', "'unit' does not fit: Invalid enum value 'kelvin'"),
        ],
    )
    def test_wrong_ones_are_named(self, arguments: str, words: str) -> None:
        with pytest.raises(WrongArguments, match=words.replace("(", r"\(")):
            ToolFunction(weather).bound(arguments)

    def test_pydantics_constraints_hold(self) -> None:
        def take(n: Annotated[int, Field(ge=1)]) -> int:
            return n

        with pytest.raises(WrongArguments, match="greater than or equal to 1"):
            ToolFunction(take).bound('{"n": 0}')
