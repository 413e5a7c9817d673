"""Everything that is wrong with a configuration, told at once: where, what, and what would be right."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from accord.core.error import ConfigError


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong, at a path such as `providers.lab.timeouts.connect`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class Problems:
    """Collects what is wrong with one source."""

    __slots__ = ("_found", "_source")

    def __init__(self, source: str) -> None:
        """`source` is the file's name, for the message."""
        self._source = source
        self._found: list[Problem] = []

    def add(self, path: str, message: str) -> None:
        """Notes one more."""
        self._found.append(Problem(path, message))

    def within(self, path: str) -> bool:
        """Whether anything below the path is wrong."""
        return any(problem.path.startswith(f"{path}.") for problem in self._found)

    def settle(self) -> None:
        """Raises `ConfigError` with everything found, if anything was."""
        if self._found:
            raise ConfigError("\n".join([f"{self._source}: {problem}" for problem in self._found]))


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """A hint at the nearest of the `valid` words, or at all of them where none is near."""
    words = sorted(valid)
    near = get_close_matches(word, words, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join([repr(one) for one in near])}?"
    return f"valid here: {', '.join(words)}" if words else "nothing is valid here"
