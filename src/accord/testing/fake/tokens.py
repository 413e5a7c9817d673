"""A tokenizer of the fake's own: words, each with the space before it. The same text always has the same tokens."""

import re
import zlib

from accord.core.response import TokenLogprob, TopLogprob

_TOKEN = re.compile(r"\s*[^\s]{1,12}|\s+")

_ARGUMENT_PIECE = 7
"""Characters of arguments in a delta: few enough that names, strings and escapes are cut in the middle."""


def tokens(text: str) -> list[str]:
    """The tokens of a text, which joined give the text."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """How many tokens a text has."""
    return len(tokens(text))


def deltas(text: str, size: int) -> list[str]:
    """The pieces in which a text is streamed: tokens, or `size` characters at a time."""
    return _cut(text, size) if size else tokens(text)


def argument_deltas(text: str, size: int) -> list[str]:
    """The pieces in which a tool call's arguments are streamed."""
    return _cut(text, size or _ARGUMENT_PIECE)


def logprobs(text: str, top: int) -> tuple[TokenLogprob, ...]:
    """Made-up log probabilities of a text's tokens, each with `top` alternatives. Probabilities fall, sums stay under 1."""
    return tuple([_logprob(token, top) for token in tokens(text)])


def _logprob(token: str, top: int) -> TokenLogprob:
    likely = -0.25 - (zlib.crc32(token.encode()) % 100) / 1000
    others = [token, *[f"{token}{rank}" for rank in range(1, top)]][:top]
    alternatives = [
        TopLogprob(token=other, logprob=round(likely - 2.0 * rank, 4), bytes=tuple(other.encode()))
        for rank, other in enumerate(others)
    ]
    return TokenLogprob(token=token, logprob=round(likely, 4), bytes=tuple(token.encode()), top=tuple(alternatives))


def _cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]
