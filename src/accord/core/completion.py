"""A text is continued: the neutral request of the older completions. Its answer is a conversation's (`ChatResponse`)."""

from collections.abc import Mapping

import msgspec

from accord.core.json import JsonObject


class CompletionRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text to continue, or the gap between two texts to fill. `None` means: not asked for, the provider decides."""

    model: str = ""
    prompt: tuple[str, ...] | tuple[tuple[int, ...], ...] = ()
    """One text or several, or each as its tokens; empty begins a text from nothing."""
    suffix: str | None = None
    """What comes after the gap."""
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    """How many continuations of each text."""
    best_of: int | None = None
    """How many to write and be billed for, of which the `n` best come back."""
    stop: tuple[str, ...] = ()
    echo: bool | None = None
    """Puts the prompt before the continuation."""
    logprobs: int | None = None
    """How many alternatives to tell for each token; 0 tells of the chosen one alone."""
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: Mapping[str, float] | None = None
    user: str | None = None
    extra: JsonObject = {}
    """Fields without a neutral name, sent as they are."""
