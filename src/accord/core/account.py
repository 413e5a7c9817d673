"""Marks of accounts: whose an id or a sealed text is, where several accounts may answer the same caller.

An id of an item and encrypted reasoning mean something to the account alone that gave them. Where one of several accounts
answers, what it gives out bears its mark at the end: `rs_68af~4be1f03a9c2d`. No provider gives out a `~`, in an id or in
base64. The mark is made of the account's configured name, so that it is the same after a restart and in every process, and
tells nothing else. It is no proof: whoever writes one of their own chooses between accounts that would have answered them
anyway, and sends them nothing but their own bytes.
"""

from collections.abc import Iterable
from hashlib import sha256

from accord.core.error import Unsupported

_SIGN = "~"
_LENGTH = 12


def tag_of(account: str) -> str:
    """What stands for an account in marks."""
    return sha256(account.encode()).hexdigest()[:_LENGTH]


def marked(text: str, tag: str) -> str:
    """The text with the account's mark; what bears one keeps it."""
    return text if account_in(text) is not None else text + _SIGN + tag


def account_in(text: str) -> str | None:
    """The tag of the account whose mark a text bears; `None` where it bears none."""
    if text[-_LENGTH - 1 : -_LENGTH] != _SIGN:
        return None
    tag = text[-_LENGTH:]
    return tag if not tag.strip("0123456789abcdef") else None


def refuse_marked(texts: Iterable[object], path: str) -> None:
    """Raises `Unsupported` where one of these is a text with a mark, which no provider would understand. Whoever knows whose
    account a request goes to takes the marks off before it is written.
    """
    if any(isinstance(text, str) and account_in(text) is not None for text in texts):
        raise Unsupported(
            f"`{path}` is bound to an account behind a name with several of them; call it by that name",
            operation="chat",
            param=path,
        )


def plain(text: str) -> str:
    """The text without its mark, as the account gave it."""
    return text if account_in(text) is None else text[: -_LENGTH - 1]
