"""A string that must not be seen. Promise 7: never in repr, logs, errors, traces, pickles, or config dumps."""

from typing import NoReturn

_MASK = "***"


class Secret(str):
    """A key or token. It compares and hashes as the text it holds, type-checks as `str`, and never prints as it.

    Being a `str` lets `OpenAI(api_key="sk-...")` mean what it says. To Python's own string functions its characters are
    a mask, so that `repr`, `str`, f-strings, joins, JSON and log formatters can only ever show that; pickling raises
    `TypeError`. The only way to the text is `reveal()`, which is called where headers are written.
    """

    __slots__ = ("_text",)
    _text: str

    def __new__(cls, text: str) -> "Secret":
        """`text` may be a `Secret` already."""
        held = text.reveal() if isinstance(text, Secret) else text
        secret = super().__new__(cls, _MASK if held else "")
        secret._text = held
        return secret

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __eq__(self, other: object) -> bool:
        held = other.reveal() if isinstance(other, Secret) else other
        return self._text == held

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Secret({str.__str__(self)!r})"

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not pickled: build the provider again where it is needed")
