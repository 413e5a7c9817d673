"""What the parts of a client say of what they don't have."""

from typing import TYPE_CHECKING

from accord.compat.openai.setting import absent


class Resource:
    """A part of a client. A type checker sees what is not there; at run time the error says what is."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise absent(name, type(self).__name__.removeprefix("Async"))
