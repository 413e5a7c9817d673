"""Structured output. https://platform.claude.com/docs/en/build-with-claude/structured-outputs"""

from accord.core.json import JsonObject
from accord.core.part import File
from accord.core.request import JsonSchemaFormat
from accord.dialects.anthropic_messages.input_schema import input_schema
from accord.dialects.anthropic_messages.schema import NotExpressible, Reduced
from accord.dialects.anthropic_messages.translation import ANSWER_TOOL, Translation
from accord.dialects.anthropic_messages.write_media import Block

_UNNAMED = JsonSchemaFormat(schema={}).name
"""The name of a format whose wire has no names."""

ANY_OBJECT = "Answer with one JSON object and nothing else: no words around it and no code fence."


def write_format(translation: Translation) -> JsonObject | None:
    """The `output_config.format`; `None` where there is none to send. Raises `Unsupported` for a schema that cannot be
    expressed, naming the place in it.
    """
    wanted = translation.request.response_format
    if wanted is None:
        return None
    if not isinstance(wanted, JsonSchemaFormat):
        translation.instructions.append(ANY_OBJECT)
        why = "the wire has no mode for any JSON object; the model was told to answer with one"
        translation.losses.change("response_format", why)
        return None
    if not translation.rules.structured_output:
        _answer_by_tool(translation)
        return None
    obstacle = _obstacle(translation)
    if obstacle is not None:
        translation.losses.refuse("response_format", obstacle)
        return None
    return _reduced(translation, wanted)


def write_answer_tool(translation: Translation) -> list[Block]:
    """The tool that stands for structured output, where there is one."""
    wanted = translation.request.response_format
    if translation.answer_tool is None or not isinstance(wanted, JsonSchemaFormat):
        return []
    try:
        schema, _ = input_schema(wanted.schema)
    except NotExpressible as error:
        translation.losses.refuse("response_format.schema", str(error))
        schema = {"type": "object"}
    described = wanted.description or "Gives the answer. Call it once, with the whole answer, instead of writing text."
    return [{"name": translation.answer_tool, "description": described, "input_schema": schema}]


def _obstacle(translation: Translation) -> str | None:
    """What a model cannot be held to a schema with. A prefill is refused elsewhere where the model takes none."""
    if not translation.rules.claude:
        return None
    if translation.prefilled and translation.rules.prefill:
        return "an answer that the caller has begun cannot be held to a schema"
    parts = [part for message in translation.request.messages for part in message.parts]
    if any(isinstance(part, File) and part.citations for part in parts):
        return "an answer that cites documents cannot be held to a schema"
    return None


def _reduced(translation: Translation, wanted: JsonSchemaFormat) -> JsonObject | None:
    try:
        reduced = Reduced(wanted.schema)
    except NotExpressible as error:
        translation.losses.refuse("response_format.schema", str(error))
        return None
    if reduced.told:
        keywords = ", ".join(reduced.told)
        translation.losses.change("response_format.schema", f"not enforced, only described to the model: {keywords}")
    schema = reduced.schema
    if wanted.description is not None:
        schema.setdefault("description", wanted.description)
    if wanted.name != _UNNAMED:
        schema.setdefault("title", wanted.name)
    return {"type": "json_schema", "schema": schema}


def _answer_by_tool(translation: Translation) -> None:
    """Models from before structured output answer through a tool, and the answer is made text again."""
    name = ANSWER_TOOL
    while translation.names.taken(name):
        name += "_"
    translation.answer_tool = name
    if translation.thinking == "enabled" or not translation.rules.forced_tools:
        translation.instructions.append(f"Give your answer by calling the tool `{name}`.")
    translation.losses.change("response_format", "the model has no structured output; it answers through a tool")
