"""`generationConfig` becomes neutral fields, and what of it has no neutral name."""

from collections.abc import Mapping

from accord.core.error import InvalidInput
from accord.core.json import as_object
from accord.core.request import AudioOutput, JsonObjectFormat, JsonSchemaFormat, ReasoningConfig, ResponseFormat
from accord.dialects.gemini import wire
from accord.dialects.gemini.schema_read import json_schema_of
from accord.dialects.gemini.thinking import reasoning_of

_JSON = "application/json"


class Config:
    """The neutral fields, and the rest."""

    __slots__ = ("audio", "reasoning", "response_format", "rest", "top_k")

    def __init__(self, config: wire.GenerationConfig) -> None:
        """Raises `InvalidInput` for members that exclude each other."""
        self.rest: dict[str, object] = dict(config.rest or {})
        self.reasoning: ReasoningConfig | None = self._reasoning(config.thinking_config)
        self.response_format: ResponseFormat | None = self._response_format(config)
        self.audio: AudioOutput | None = self._audio(config.speech_config)
        self.top_k: int | None = self._top_k(config.top_k)
        if config.media_resolution is not None:
            self.rest["mediaResolution"] = config.media_resolution

    def _reasoning(self, config: wire.ThinkingConfig | None) -> ReasoningConfig | None:
        if config is None:
            return None
        # Levels and tokens are not the same thing: Google gets back what was said.
        said: dict[str, object] = {
            "includeThoughts": config.include_thoughts,
            "thinkingBudget": config.thinking_budget,
            "thinkingLevel": config.thinking_level,
            **(config.rest or {}),
        }
        self.rest["thinkingConfig"] = {key: value for key, value in said.items() if value is not None}
        return reasoning_of(config)

    def _response_format(self, config: wire.GenerationConfig) -> ResponseFormat | None:
        schema, plain = config.response_schema, config.response_json_schema
        if schema is not None and plain is not None:
            place = "generationConfig.responseSchema"
            raise InvalidInput(f"`{place}` and `responseJsonSchema` exclude each other", param=place)
        if config.response_mime_type != _JSON:
            kept = {
                "responseMimeType": config.response_mime_type,
                "responseSchema": schema,
                "responseJsonSchema": plain,
            }
            self.rest.update({key: value for key, value in kept.items() if value is not None})
            return None
        if schema is not None:
            self.rest["responseSchema"] = schema
            return JsonSchemaFormat(schema=json_schema_of(schema), guaranteed=True)
        return JsonObjectFormat() if plain is None else JsonSchemaFormat(schema=plain, guaranteed=True)

    def _audio(self, speech: dict[str, object] | None) -> AudioOutput | None:
        voice = _only_voice(speech or {})
        if voice is not None:
            return AudioOutput(format="pcm16", voice=voice)
        if speech is not None:
            self.rest["speechConfig"] = speech
        return None

    def _top_k(self, value: float | None) -> int | None:
        if value is None or value == int(value):
            return None if value is None else int(value)
        self.rest["topK"] = value
        return None


def _only_voice(speech: Mapping[str, object]) -> str | None:
    """The name of the one voice, where nothing else is said of speech."""
    holder: Mapping[str, object] = speech
    for name in ("voiceConfig", "prebuiltVoiceConfig"):
        inner = as_object(holder.get(name))
        if inner is None or len(holder) != 1:
            return None
        holder = inner
    voice = holder.get("voiceName")
    return voice if isinstance(voice, str) and len(holder) == 1 else None
