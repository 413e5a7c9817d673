"""What the parts of a client say of what they don't have."""

from typing import TYPE_CHECKING, ClassVar

from accord.compat.openai.absent import absent


class Resource:
    """A part of a client. A type checker sees what is not there; at run time the error says what to use instead."""

    path: ClassVar[str] = ""
    """Where it stands: `chat.completions`; `""` is the client."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            raise absent(self.path, name, [known for known in dir(self) if not known.startswith("_")])
