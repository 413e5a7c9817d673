"""Log probabilities, both ways. They stand in each text; neutrally they belong to the whole answer."""

from collections.abc import Sequence

import msgspec

from accord.core.response import TokenLogprob, TopLogprob
from accord.dialects.openai_responses.wire import Item, shaped


class _Top(msgspec.Struct):
    token: str
    logprob: float
    bytes: list[int] | None = None


class _Token(_Top):
    top_logprobs: list[_Top] | None = None


def read_logprobs(raw: Sequence[Item], path: str) -> tuple[TokenLogprob, ...]:
    """The tokens of a text. Raises `WrongShape`."""
    return tuple([_token(shaped(item, _Token, f"{path}[{index}]")) for index, item in enumerate(raw)])


def _token(found: _Token) -> TokenLogprob:
    return TokenLogprob(
        token=found.token,
        logprob=found.logprob,
        bytes=_bytes(found),
        top=tuple(
            [TopLogprob(token=top.token, logprob=top.logprob, bytes=_bytes(top)) for top in found.top_logprobs or ()]
        ),
    )


def _bytes(found: _Top) -> tuple[int, ...] | None:
    return None if found.bytes is None else tuple(found.bytes)


def write_logprobs(tokens: Sequence[TokenLogprob]) -> list[Item]:
    """The tokens as they stand in a text."""
    return [{**_written(token), "top_logprobs": [_written(top) for top in token.top]} for token in tokens]


def _written(token: TopLogprob) -> Item:
    data = token.token.encode("utf-8", "replace") if token.bytes is None else token.bytes
    return {"token": token.token, "logprob": token.logprob, "bytes": list(data)}
