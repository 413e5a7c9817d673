"""Thinking, structured output and identity in a caller's request. What has no neutral name goes back to the rest."""

from typing import cast, get_args

from accord.core.request import Effort, JsonSchemaFormat, ReasoningConfig, ResponseFormat
from accord.dialects.anthropic_messages.fields import Fields, WrongShape

_EFFORTS = frozenset(get_args(Effort))
_KINDS = ("enabled", "disabled", "adaptive", "between_tools")
_SHOWN = {"summarized": True, "omitted": False}


def read_reasoning(fields: Fields) -> ReasoningConfig | None:
    """`thinking` and `output_config.effort`. Raises `WrongShape`."""
    effort = _effort(fields)
    raw = fields.plain("thinking")
    if raw is None:
        return None if effort is None else ReasoningConfig(effort=effort, effort_only=True)
    thinking = Fields(raw, "thinking")
    kind = thinking.required_text("type")
    budget, display = thinking.integer("budget_tokens"), thinking.text("display")
    if kind == "enabled" and budget is None:
        raise WrongShape("thinking.enabled.budget_tokens", "Field required")
    if thinking.rest() or kind not in _KINDS or display not in (None, *_SHOWN):
        # A form newer than ours: it goes on as it is, beside the nearest that Accord can say.
        fields.put_back("thinking", raw)
    visible = _SHOWN.get(display or "")
    match kind:
        case "enabled" | "disabled" | "adaptive":
            return ReasoningConfig(effort=effort, mode=kind, budget=budget, visible=visible)
        case "between_tools":
            return ReasoningConfig(effort=effort, mode="disabled")
        case _:
            return ReasoningConfig(effort=effort, visible=visible)


def _effort(fields: Fields) -> Effort | None:
    raw = fields.plain("output_config")
    if raw is None:
        return None
    config = Fields(raw, "output_config")
    effort = config.text("effort")
    if effort is None or effort in _EFFORTS:
        fields.put_back("output_config", config.rest())
        return cast("Effort | None", effort)
    config.put_back("effort", effort)
    fields.put_back("output_config", config.rest())
    return None


def read_format(fields: Fields) -> ResponseFormat | None:
    """`output_config.format`, or the `output_format` it was before. Raises `WrongShape`."""
    raw = fields.plain("output_config")
    config = Fields(raw or {}, "output_config")
    given = config.plain("format")
    old = fields.plain("output_format")
    found = _schema(given, "output_config.format") or _schema(old, "output_format")
    if found is None and given is not None:
        config.put_back("format", given)
    if found is None and old is not None:
        fields.put_back("output_format", old)
    if config.rest():
        fields.put_back("output_config", config.rest())
    return found


def _schema(raw: dict[str, object] | None, path: str) -> ResponseFormat | None:
    if raw is None or raw.get("type") != "json_schema":
        return None
    schema = Fields(raw, path).plain("schema")
    if schema is None:
        raise WrongShape(f"{path}.schema", "Field required")
    return JsonSchemaFormat(schema=schema, guaranteed=True)


def read_user(fields: Fields) -> str | None:
    """`metadata.user_id`. Raises `WrongShape`."""
    raw = fields.plain("metadata")
    if raw is None:
        return None
    metadata = Fields(raw, "metadata")
    user = metadata.text("user_id")
    if metadata.rest():
        fields.put_back("metadata", metadata.rest())
    return user
