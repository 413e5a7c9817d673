"""An answer with everything decided: what wires write out."""

from collections.abc import Iterator

import msgspec

from accord.core.part import Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import TokenLogprob
from accord.core.usage import Usage
from accord.testing.fake.asked import Asked
from accord.testing.fake.behaviour import Reply
from accord.testing.fake.improvise import THOUGHT, usual
from accord.testing.fake.tokens import count, logprobs, tokens


class SaidChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of an answer."""

    content: tuple[Part, ...]
    finish: str | None
    """A `FinishReason`, a word of the wire, or `None`: what follows from the content."""
    stop_sequence: str | None
    logprobs: tuple[TokenLogprob, ...] | None
    improvised: bool
    """Whether nobody scripted the content."""

    @property
    def calls(self) -> list[ToolCall]:
        """Its tool calls."""
        return [part for part in self.content if isinstance(part, ToolCall)]

    @property
    def refusal(self) -> str | None:
        """Its refusal."""
        found = [part.text for part in self.content if isinstance(part, Refusal)]
        return "".join(found) if found else None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer."""

    choices: tuple[SaidChoice, ...]
    usage: Usage | None
    model: str
    reply: Reply
    """Where it came from, for what wires treat each in their own way."""


def said(asked: Asked, reply: Reply, *, improvised: bool = False) -> Said:
    """The answer that `reply` gives to what was asked, with the gaps filled. `improvised`: no script holds the reply."""
    replies = [reply, *reply.others]
    chosen = [replies[index] if index < len(replies) else reply for index in range(asked.choices)]
    choices = tuple([_choice(asked, one, improvised=improvised or one.content is None) for one in chosen])
    return Said(
        choices=choices,
        usage=_usage(asked, reply, choices),
        model=reply.model or asked.model,
        reply=reply,
    )


def _choice(asked: Asked, reply: Reply, *, improvised: bool) -> SaidChoice:
    model = usual(asked) if reply.content is None else reply
    content, finish = model.content or (), reply.finish or model.finish
    if improvised and asked.max_tokens is not None:
        content, cut = _limited(content, asked.max_tokens)
        finish = "length" if cut else finish
    return SaidChoice(
        content=content,
        finish=finish,
        stop_sequence=reply.stop_sequence or model.stop_sequence,
        logprobs=_logprobs(asked, reply, content),
        improvised=improvised,
    )


def _limited(content: tuple[Part, ...], most: int) -> tuple[tuple[Part, ...], bool]:
    """The parts within `most` tokens, and whether any text was cut. Calls and thoughts are left whole."""
    limited: list[Part] = []
    cut = False
    for part in content:
        if isinstance(part, Text) and count(part.text) > most:
            cut = True
            limited.append(msgspec.structs.replace(part, text="".join(tokens(part.text)[:most])))
        else:
            limited.append(part)
    return tuple(limited), cut


def _logprobs(asked: Asked, reply: Reply, content: tuple[Part, ...]) -> tuple[TokenLogprob, ...] | None:
    if reply.logprobs is not None:
        return reply.logprobs
    if asked.top_logprobs is None:
        return None
    return logprobs("".join([part.text for part in content if isinstance(part, Text)]), asked.top_logprobs)


def _usage(asked: Asked, reply: Reply, choices: tuple[SaidChoice, ...]) -> Usage | None:
    if not reply.reports_usage:
        return None
    if reply.usage is not None:
        return reply.usage
    reasoning = sum(_thought_tokens(part) for choice in choices for part in choice.content)
    output = reasoning + sum(count(text) for choice in choices for text in _written(choice.content))
    return Usage(
        input=asked.prompt_tokens,
        output=output,
        cached=0,
        cache_write=0,
        reasoning=reasoning,
        audio_input=0,
        audio_output=0,
    )


def _thought_tokens(part: Part) -> int:
    if not isinstance(part, Reasoning):
        return 0
    shown = part.text or " ".join(part.summary)
    # Thinking that is not shown is billed all the same.
    return count(shown or THOUGHT)


def _written(content: tuple[Part, ...]) -> Iterator[str]:
    for part in content:
        if isinstance(part, Text | Refusal):
            yield part.text
        elif isinstance(part, ToolCall):
            yield part.name
            yield part.arguments
