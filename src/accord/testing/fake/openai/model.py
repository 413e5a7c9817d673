"""What each of OpenAI's models takes and refuses (dossier section 3.2)."""

import re

import msgspec

_FULL = ("none", "low", "medium", "high", "xhigh")
_ON = ("low", "medium", "high", "xhigh")


class ModelRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for one model. The defaults are those of a model that does not reason, such as gpt-4.1."""

    efforts: tuple[str, ...] = ()
    """The reasoning efforts it takes; empty does not reason."""
    default_effort: str = "none"
    modern: bool = False
    """Of the generations that refuse `max_tokens` and `prediction`: the o-series, gpt-5 and later."""
    stops: bool = False
    """Whether it takes `stop` though it is modern."""
    responses_only: bool = False
    refuses_tools_with_reasoning: bool = False
    """Whether chat completions refuses function tools while it reasons."""
    phased: bool = False
    """Whether its messages say their `phase`."""
    maximal: bool = False
    """Whether Responses takes the effort `max`."""

    def effort(self, asked: str | None) -> str:
        """The effort in force."""
        return asked or self.default_effort

    def reasons(self, asked: str | None) -> bool:
        """Whether it reasons."""
        return bool(self.efforts) and self.effort(asked) != "none"


_RULES: tuple[tuple[str, ModelRules], ...] = (
    (
        r"gpt-(5|5\.\d)-pro",
        ModelRules(efforts=("medium", "high", "xhigh"), default_effort="high", modern=True, responses_only=True),
    ),
    (
        r"gpt-5\.\d-codex|gpt-5-codex|codex-.*",
        ModelRules(efforts=_ON, default_effort="medium", modern=True, responses_only=True),
    ),
    (r"(gpt-5(\.\d)?-)?chat-latest", ModelRules(efforts=("medium",), default_effort="medium", modern=True)),
    (r"gpt-5-chat", ModelRules(modern=True)),
    (
        r"gpt-6-astra|gpt-6\.1-sol",
        ModelRules(
            efforts=_ON,
            default_effort="medium",
            modern=True,
            refuses_tools_with_reasoning=True,
            phased=True,
            maximal=True,
        ),
    ),
    (
        r"gpt-6(\.\d)?(-.*)?|gpt-5\.6(-.*)?",
        ModelRules(
            efforts=_FULL,
            default_effort="medium",
            modern=True,
            refuses_tools_with_reasoning=True,
            phased=True,
            maximal=True,
        ),
    ),
    (
        r"gpt-5\.5",
        ModelRules(efforts=_FULL, default_effort="medium", modern=True, refuses_tools_with_reasoning=True, phased=True),
    ),
    (r"gpt-5\.4(-mini|-nano)?", ModelRules(efforts=_FULL, modern=True, refuses_tools_with_reasoning=True, phased=True)),
    (r"gpt-5\.[23]", ModelRules(efforts=_FULL, modern=True)),
    (r"gpt-5\.1", ModelRules(efforts=("none", "low", "medium", "high"), modern=True)),
    (
        r"gpt-5(-mini|-nano)?",
        ModelRules(efforts=("minimal", "low", "medium", "high"), default_effort="medium", modern=True),
    ),
    (
        r"o1|o3-mini",
        ModelRules(efforts=("low", "medium", "high"), default_effort="medium", modern=True, stops=True),
    ),
    (r"o\d(-mini)?", ModelRules(efforts=("low", "medium", "high"), default_effort="medium", modern=True)),
)

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def rules_of(model: str) -> ModelRules:
    """The rules for a model, fine-tuned and dated names included."""
    base = model.split(":")[1] if model.startswith("ft:") and ":" in model[3:] else model
    base = _DATE.sub("", base)
    return next((rules for pattern, rules in _RULES if re.fullmatch(pattern, base)), ModelRules())
