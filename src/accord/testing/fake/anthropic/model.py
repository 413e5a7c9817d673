"""What each of Anthropic's models takes and refuses (dossier sections 3.1 to 3.7 and 9)."""

import re

import msgspec

_BUDGET = ("enabled", "disabled")
_BOTH = ("enabled", "adaptive", "disabled")
_ADAPTIVE = ("adaptive", "disabled")
_MAX = ("low", "medium", "high", "max")
_XHIGH = ("low", "medium", "high", "xhigh", "max")


class ClaudeRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for one model. The defaults refuse nothing, for models nobody knows."""

    thinking: tuple[str, ...] = ("enabled", "adaptive", "disabled", "between_tools")
    """The types of thinking it takes."""
    thinks_unasked: bool = False
    efforts: tuple[str, ...] = _XHIGH
    shows_thinking: bool = True
    """Whether thinking is shown when nothing is said about it."""
    sampling: bool = True
    """Whether `temperature`, `top_p` and `top_k` are taken."""
    one_of_sampling: bool = False
    """Whether `temperature` and `top_p` exclude each other."""
    prefill: bool = True
    forced_tools: bool = True
    system_anywhere: bool = True
    """Whether messages may have the role `system`."""
    binds: bool = False
    """Whether thinking is bound to the conversation before it."""
    max_output: int = 1_000_000


_OLD = ClaudeRules(thinking=_BUDGET, efforts=(), one_of_sampling=True, system_anywhere=False, max_output=64_000)
_V46 = ClaudeRules(
    thinking=_BOTH, efforts=_MAX, one_of_sampling=True, prefill=False, system_anywhere=False, max_output=128_000
)
_V47 = ClaudeRules(
    thinking=_ADAPTIVE,
    shows_thinking=False,
    sampling=False,
    prefill=False,
    system_anywhere=False,
    max_output=128_000,
)
_V5 = msgspec.structs.replace(_V47, thinks_unasked=True, system_anywhere=True)
_ALWAYS = msgspec.structs.replace(_V5, thinking=("adaptive",))

_RULES: tuple[tuple[str, ClaudeRules], ...] = (
    (r"claude-opus-4-5", msgspec.structs.replace(_OLD, efforts=("low", "medium", "high"))),
    (r"claude-(haiku|sonnet|opus)-4(-[015])?|claude-3.*", _OLD),
    (r"claude-(sonnet|opus)-4-6", _V46),
    (r"claude-opus-4-7", _V47),
    (r"claude-opus-4-8", msgspec.structs.replace(_V47, system_anywhere=True)),
    (r"claude-(sonnet|opus)-5", _V5),
    (r"claude-haiku-5-5", msgspec.structs.replace(_V5, binds=True)),
    (
        r"claude-sonnet-5-5",
        msgspec.structs.replace(_V5, thinking=("adaptive", "between_tools"), forced_tools=False, binds=True),
    ),
    (r"claude-(fable|mythos)-5", _ALWAYS),
    (
        r"claude-opus-5-5|claude-(fable|mythos)-5-[12]",
        msgspec.structs.replace(_ALWAYS, forced_tools=False, binds=True),
    ),
)

_DATE = re.compile(r"[-@](\d{8}|default)$")


def rules_of(model: str) -> ClaudeRules:
    """The rules for a model, dated names included."""
    base = _DATE.sub("", model)
    return next((rules for pattern, rules in _RULES if re.fullmatch(pattern, base)), ClaudeRules())
