"""Base64 that arrives in pieces of any length, given on in whole bytes."""

from base64 import b64decode


class WholeBytes:
    """Holds back what does not make whole groups of four characters yet."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = ""

    def add(self, text: str) -> str:
        """The text that is complete now. Raises `ValueError` for what is not base64."""
        whole = self._rest + text
        cut = len(whole) // 4 * 4
        self._rest = whole[cut:]
        b64decode(whole[:cut], validate=True)
        return whole[:cut]
