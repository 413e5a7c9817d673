"""Errors that are kept.

An error knows the frames that it went through, and those know what was at work in them, which often comes to keep that very error: a
circle, that stays until Python's collector finds it.
"""

from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def frameless(error: E) -> E:
    """The same error, without its frames and without the one that was being dealt with when it was raised. For whoever keeps it."""
    error.__context__ = None
    return error.with_traceback(None)
