"""Answers as values of the caller's own types: `client.parse(..., into=Invoice)`.

Clients load what is here when a program first asks for it.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.client.value.async_stream import AsyncParseStream
    from accord.client.value.means import best_means, with_means
    from accord.client.value.parsing import Parsed, Parsing, parsed_by
    from accord.client.value.stream import ParseStream
    from accord.client.value.stream_shared import ValueReader
    from accord.client.value.wanted import Wanted

__all__ = [
    "AsyncParseStream",
    "ParseStream",
    "Parsed",
    "Parsing",
    "ValueReader",
    "Wanted",
    "best_means",
    "parsed_by",
    "with_means",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.client.value.async_stream": ("AsyncParseStream",),
            "accord.client.value.means": (
                "best_means",
                "with_means",
            ),
            "accord.client.value.parsing": (
                "Parsed",
                "Parsing",
                "parsed_by",
            ),
            "accord.client.value.stream": ("ParseStream",),
            "accord.client.value.stream_shared": ("ValueReader",),
            "accord.client.value.wanted": ("Wanted",),
        },
    )
