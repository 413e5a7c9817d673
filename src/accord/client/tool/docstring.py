"""What a docstring says of a function and of its parameters: Google's, NumPy's and Sphinx's way of writing, or plain text."""

import re
from collections.abc import Callable, Iterator
from inspect import cleandoc
from typing import Final, NamedTuple

_SECTION: Final = re.compile(
    r"(args|arguments|parameters|params|other parameters|keyword args|keyword arguments|returns?|yields?|raises|examples?"
    r"|notes?|warnings?|references|see also|attributes|todo):?\s*",
    re.IGNORECASE,
)
_OF_PARAMETERS: Final = frozenset(
    {"args", "arguments", "parameters", "params", "other parameters", "keyword args", "keyword arguments"}
)
_GOOGLE: Final = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)")
_NUMPY: Final = re.compile(r"\*{0,2}(\w+(?:\s*,\s*\w+)*)\s*(?::.*)?")
_SPHINX: Final = re.compile(r":(?:param|parameter|arg|argument)\s+(?:[^:]*\s)?\*{0,2}(\w+):\s*(.*)")


class Described(NamedTuple):
    """A function in words."""

    summary: str
    parameters: dict[str, str]


def described(docstring: str | None) -> Described:
    """What the docstring says. Whatever is in no known section belongs to the summary."""
    summary: list[str] = []
    parameters: dict[str, str] = {}
    for title, lines in _sections(cleandoc(docstring or "").splitlines()):
        if title is None:
            summary += _sphinx(lines, parameters)
        elif title.lower() in _OF_PARAMETERS:
            parameters.update(_entries(lines))
    return Described("\n".join(summary).strip(), parameters)


def _sections(lines: list[str]) -> Iterator[tuple[str | None, list[str]]]:
    """Titles with the lines below them; what comes first has none."""
    title: str | None = None
    held: list[str] = []
    for line in lines:
        found = _SECTION.fullmatch(line)
        if found is not None and (":" in line or not held or not held[-1].strip()):
            yield title, held
            title, held = found[1], []
        else:
            held.append(line)
    yield title, held


def _entries(lines: list[str]) -> dict[str, str]:
    """The parameters of a section."""
    if lines and set(lines[0].strip()) == {"-"}:
        return _listed(lines[1:], _numpy_entry)
    return _listed(cleandoc("\n".join(["", *lines])).splitlines(), _google_entry)


def _listed(lines: list[str], entry: Callable[[str], tuple[list[str], str] | None]) -> dict[str, str]:
    """Entries that begin at the margin; what is indented below goes on with them."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in lines:
        begun = entry(line) if line[:1].strip() else None
        if begun is not None:
            names = begun[0]
            found.update(dict.fromkeys(names, begun[1]))
        elif line.strip():
            found.update({name: f"{found[name]} {line.strip()}".strip() for name in names})
    return found


def _google_entry(line: str) -> tuple[list[str], str] | None:
    match = _GOOGLE.fullmatch(line)
    return ([match[1]], match[2]) if match is not None else None


def _numpy_entry(line: str) -> tuple[list[str], str] | None:
    match = _NUMPY.fullmatch(line)
    return ([name.strip() for name in match[1].split(",")], "") if match is not None else None


def _sphinx(lines: list[str], parameters: dict[str, str]) -> list[str]:
    """Takes Sphinx's fields out of the lines."""
    kept: list[str] = []
    within: str | None = None
    for line in lines:
        match = _SPHINX.fullmatch(line)
        if match is not None:
            within = match[1]
            parameters[match[1]] = match[2]
        elif line.startswith(":"):
            within = ""
        elif within is None or not line[:1].isspace():
            within = None
            kept.append(line)
        elif within:
            parameters[within] = f"{parameters[within]} {line.strip()}".strip()
    return kept
