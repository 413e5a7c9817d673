"""Log probabilities, both ways. https://ai.google.dev/api/generate-content#LogprobsResult."""

from collections.abc import Sequence

from accord.core.json import JsonObject
from accord.core.response import TokenLogprob, TopLogprob
from accord.dialects.gemini.wire import LogprobsResult, ScoredToken

_IMPOSSIBLE = -9999.0
"""What OpenAI's wire writes for a probability of 0, whose logarithm JSON has no number for."""


def token_logprobs(result: LogprobsResult) -> tuple[TokenLogprob, ...]:
    """The tokens written, each with its alternatives."""
    tops = [step.candidates or [] for step in result.top_candidates or []]
    return tuple(
        [
            TokenLogprob(
                token=token.token,
                logprob=_number(token.log_probability),
                bytes=_bytes(token),
                top=tuple([_top(other) for other in (tops[place] if place < len(tops) else [])]),
            )
            for place, token in enumerate(result.chosen_candidates or [])
        ]
    )


def _top(token: ScoredToken) -> TopLogprob:
    return TopLogprob(token=token.token, logprob=_number(token.log_probability), bytes=_bytes(token))


def _bytes(token: ScoredToken) -> tuple[int, ...]:
    return tuple(token.token.encode("utf-8", "surrogatepass"))


def _number(value: float | str | None) -> float:
    if isinstance(value, str) or value is None:
        # Left out where it is 0, and "-Infinity" or "NaN" where JSON has no number.
        return 0.0 if value is None else _IMPOSSIBLE
    return float(value)


def wire_logprobs(tokens: Sequence[TokenLogprob]) -> JsonObject:
    """The `logprobsResult` for tokens."""
    return {
        "chosenCandidates": [_scored(token) for token in tokens],
        "topCandidates": [{"candidates": [_scored(other) for other in token.top]} for token in tokens],
    }


def _scored(token: TopLogprob) -> JsonObject:
    return {"token": token.token, "logProbability": token.logprob}
