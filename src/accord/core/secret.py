"""A string that must not be seen. Promise 7: never in repr, logs, errors, traces, pickles, or config dumps."""

from typing import NoReturn

_MASK = "***"


class Secret(str):
    """A key or token. It compares, hashes and type-checks as the string it is, and never prints as it.

    Being a `str` lets `OpenAI(api_key="sk-...")` mean what it says. `repr`, `str`, f-strings, `%` and JSON give a mask;
    pickling raises `TypeError`. The only way to the text is `reveal()`, which is called where headers are written.
    """

    __slots__ = ()

    def __new__(cls, text: str = "") -> "Secret":
        """A secret of a secret is the same secret: `str(text)` would be its mask."""
        return str.__new__(cls, text.reveal() if isinstance(text, Secret) else text)

    def reveal(self) -> str:
        """The text itself."""
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})" if self.reveal() else "Secret('')"

    def __str__(self) -> str:
        return _MASK if self.reveal() else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not pickled: build the provider again where it is needed")
