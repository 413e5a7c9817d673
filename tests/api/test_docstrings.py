"""What an editor shows of each public function: what it does, what it raises, and the units of its numbers."""

import importlib
import inspect
import re
from collections.abc import Callable, Iterator

import msgspec
import pytest

PACKAGES = ("accord", "accord.routing", "accord.testing", "accord.compat.openai")

QUIET = {
    "close", "leave", "spending", "release", "clear", "reply", "script", "fail", "always", "header", "parameter",
    "saying", "over", "wait", "with_options", "copy", "parse_raw", "model_copy",
}  # fmt: skip
"""Methods that raise nothing of Accord's, so that there is nothing to say."""

UNITS = re.compile(
    r"second|dollar|token|byte|megabyte|share|0 to 1|spaces|how often|at most|how many|number", re.IGNORECASE
)


def public() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every function and method that a program may call, constructors of plain classes included."""
    seen: set[object] = set()
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            found: object = getattr(module, name)
            if inspect.isfunction(found):
                yield f"{package}.{name}", found
            elif inspect.isclass(found) and found not in seen and not is_provider(found):
                seen.add(found)
                yield from methods(f"{package}.{name}", found)


def is_provider(cls: type) -> bool:
    """Providers are configuration; their methods are what dialects and engines ask, and `docs/how-to/add-a-provider.md` shows."""
    return hasattr(cls, "chat_codec")


def methods(name: str, cls: type) -> Iterator[tuple[str, Callable[..., object]]]:
    for key in dir(cls):
        found = inspect.getattr_static(cls, key)
        function = getattr(found, "__func__", found)
        written = inspect.isfunction(function) and function.__module__.startswith("accord")
        if written and (not key.startswith("_") or (key == "__init__" and not issubclass(cls, BaseException))):
            yield f"{name}.{key}", function


FUNCTIONS = dict(public())


def told(name: str) -> str:
    """The docstring; of a constructor also that of its class."""
    function = FUNCTIONS[name]
    text = inspect.getdoc(function) or ""
    return text if not name.endswith(".__init__") else f"{text} {owner(name).__doc__ or ''}"


def owner(name: str) -> type:
    package, cls, _ = name.rsplit(".", 2)
    found = getattr(importlib.import_module(package), cls)
    assert isinstance(found, type)
    return found


def test_there_is_something_to_look_at() -> None:
    assert len(FUNCTIONS) > 120
    assert "accord.Client.chat_completion" in FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_says_what_it_does(name: str) -> None:
    assert len(told(name).split()) >= 2


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.rpartition(".")[2] not in QUIET])
def test_it_says_what_it_raises(name: str) -> None:
    function = FUNCTIONS[name]
    if name.startswith("accord.compat.openai"):
        return  # OpenAI's own words for OpenAI's own errors; those are in `accord.compat.openai.error`.
    if name.endswith(".__init__") and "raise " not in inspect.getsource(function):
        return
    assert re.search("rais", told(name), re.IGNORECASE)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_its_numbers_have_units(name: str) -> None:
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    numbers = [one.name for one in parameters if re.search(r"\b(float|Decimal|int)\b", str(one.annotation))]
    assert not numbers or UNITS.search(told(name)), numbers


@pytest.mark.parametrize(
    "name", ["accord.Options", "accord.Timeouts", "accord.ChatRequest", "accord.Usage", "accord.Cost"]
)
def test_every_number_of_a_value_says_what_it_counts(name: str) -> None:
    """By a docstring under the field, or by the class's own."""
    package, _, cls = name.rpartition(".")
    found = getattr(importlib.import_module(package), cls)
    assert issubclass(found, msgspec.Struct)
    assert UNITS.search(inspect.getsource(found))
