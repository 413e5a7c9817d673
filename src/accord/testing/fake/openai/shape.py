"""Shapes that OpenAI's two conversation wires share."""

from accord.testing.fake.shape import Anything, Array, Either, Flag, Number, Shape, String, Table, nullable

TEXT = String()
NAME = String(least=1, most=64, pattern=r"[a-zA-Z0-9_-]+")
CALL_ID = String(most=64)
SCHEMA = Table({}, rest=Anything())
EFFORT = nullable(String("none", "minimal", "low", "medium", "high", "xhigh", "max"))
VERBOSITY = nullable(String("low", "medium", "high"))
METADATA = nullable(Table({}, rest=String(most=512), most=16))
DETAIL = nullable(String("auto", "low", "high", "original"))
CACHE_OPTIONS = Table({"mode": String("implicit", "explicit"), "ttl": String("30m", "12h")})
BREAKPOINT = Table({"mode": String("explicit"), "ttl": String("30m", "12h")}, needs=("mode",))
LOCATION = nullable(Table({}, rest=Anything()))
GRAMMAR = Table({"definition": TEXT, "syntax": String("lark", "regex")}, needs=("definition", "syntax"))

COMMON: dict[str, Shape] = {
    "model": TEXT,
    "metadata": METADATA,
    "parallel_tool_calls": nullable(Flag()),
    "prompt_cache_key": nullable(TEXT),
    "prompt_cache_options": nullable(CACHE_OPTIONS),
    "prompt_cache_retention": nullable(String("in_memory", "24h")),
    "safety_identifier": nullable(String(most=128)),
    "store": nullable(Flag()),
    "stream": nullable(Flag()),
    "temperature": nullable(Number(0, 2)),
    "top_logprobs": nullable(Number(0, 20, whole=True)),
    "top_p": nullable(Number(0, 1)),
    "user": nullable(TEXT),
    "moderation": nullable(Table({"model": TEXT, "policy": Anything()})),
}
"""Fields both wires have, meaning the same."""


def text_or(parts: Array) -> Either:
    """Content: a string, or parts."""
    return Either(TEXT, parts)
