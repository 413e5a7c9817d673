"""Pieces of a stream that say more of one text, as nearly all pieces of nearly all streams do.

Where the caller gets it as it came, and nobody else wants to know of it, such a piece needs to be recognised and no more; where it is
translated, to have its text cut out. Everything else about a stream goes the usual way, in between.
"""

from typing import Protocol, runtime_checkable

from accord.core.event import TextDelta
from accord.dialects.codec import Decoder, Renderer


@runtime_checkable
class PassingDecoder(Decoder, Protocol):
    """A decoder that recognises such pieces."""

    def passed(self, data: bytes) -> bytes:
        """What goes to the caller of a piece that is one more event of the present text, which needs not be read any more then.
        `b""` where it is anything else, or has to be looked at: `feed` takes it. Nothing changes by it.
        """
        ...


@runtime_checkable
class PassingRenderer(Renderer, Protocol):
    """A renderer past which pieces may go."""

    @property
    def holds(self) -> bool:
        """Whether it holds something back that goes before the next piece."""
        ...


@runtime_checkable
class TextDecoder(Decoder, Protocol):
    """A decoder that cuts the text out of such pieces."""

    def more(self, data: bytes) -> TextDelta | None:
        """What is said by a piece that is one more event of the present text, which needs not be read any more then. `None` where it
        is anything else, or has to be looked at: `feed` takes it. Nothing changes by it.
        """
        ...
