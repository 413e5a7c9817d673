"""The shape of a generateContent request (Vertex dossier section 3). Keys are read in either case, as proto JSON is."""

from collections.abc import Mapping

from accord.testing.fake.shape import Anything, Array, Deferred, Either, Flag, Number, Shape, String, Table, nullable

_TEXT = String()
_ANY = Table({}, rest=Anything())
_COUNT = Either(Number(whole=True), String())
"""Proto JSON writes 64-bit numbers as strings."""
_BYTES = String(pattern=r"[A-Za-z0-9+/_-]*={0,2}")


def message(fields: Mapping[str, Shape], *, needs: tuple[str, ...] = ()) -> Table:
    """A proto message."""
    return Table(fields, needs=needs, folds=True)


_BLOB = message({"mimeType": _TEXT, "data": _BYTES, "displayName": _TEXT})
_FILE = message({"fileUri": _TEXT, "mimeType": _TEXT, "displayName": _TEXT})
_RESOLUTION = Either(_TEXT, message({"level": _TEXT, "numTokens": Number(whole=True)}))
PART = message(
    {
        "text": _TEXT,
        "thought": Flag(),
        "thoughtSignature": _BYTES,
        "inlineData": _BLOB,
        "fileData": _FILE,
        "functionCall": message(
            {"id": _TEXT, "name": _TEXT, "args": nullable(_ANY), "willContinue": Flag(), "partialArgs": Array(_ANY)}
        ),
        "functionResponse": message(
            {
                "id": _TEXT,
                "name": _TEXT,
                "response": _ANY,
                "parts": Array(message({"inlineData": _BLOB, "fileData": _FILE})),
                "willContinue": Flag(),
                "scheduling": _TEXT,
            }
        ),
        "executableCode": _ANY,
        "codeExecutionResult": _ANY,
        "toolCall": _ANY,
        "toolResponse": _ANY,
        "videoMetadata": _ANY,
        "mediaResolution": _RESOLUTION,
        "partMetadata": _ANY,
    }
)
CONTENT = message({"role": _TEXT, "parts": Array(PART)})

_TYPE = String(
    "TYPE_UNSPECIFIED",
    *[
        name
        for word in ("STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL")
        for name in (word, word.lower())
    ],
)
SCHEMA: Table = message(
    {
        "type": _TYPE,
        "format": _TEXT,
        "title": _TEXT,
        "description": _TEXT,
        "nullable": Flag(),
        "default": Anything(),
        "enum": Array(_TEXT),
        "example": Anything(),
        "items": Deferred(lambda: SCHEMA),
        "minItems": _COUNT,
        "maxItems": _COUNT,
        "properties": Table({}, rest=Deferred(lambda: SCHEMA)),
        "required": Array(_TEXT),
        "propertyOrdering": Array(_TEXT),
        "minProperties": _COUNT,
        "maxProperties": _COUNT,
        "minLength": _COUNT,
        "maxLength": _COUNT,
        "pattern": _TEXT,
        "minimum": Number(),
        "maximum": Number(),
        "anyOf": Array(Deferred(lambda: SCHEMA)),
    }
)
"""The subset of OpenAPI that `parameters` and `responseSchema` take; `parametersJsonSchema` takes any JSON Schema."""

_DECLARATION = message(
    {
        "name": _TEXT,
        "description": _TEXT,
        "parameters": nullable(SCHEMA),
        "parametersJsonSchema": Anything(),
        "response": SCHEMA,
        "responseJsonSchema": Anything(),
        "behavior": _TEXT,
    },
    needs=("name",),
)
BUILT_IN = (
    "googleSearch",
    "googleSearchRetrieval",
    "urlContext",
    "codeExecution",
    "googleMaps",
    "computerUse",
    "fileSearch",
    "mcpServers",
)
"""Tools that the service runs itself."""

_TOOL = message({"functionDeclarations": Array(_DECLARATION), **dict.fromkeys(BUILT_IN, Anything())})
_CONFIGURED: dict[str, Shape] = {
    "temperature": nullable(Number(0, 2)),
    "topP": nullable(Number(0, 1)),
    "topK": nullable(Number(1)),
    "candidateCount": nullable(Number(1, 8, whole=True)),
    "maxOutputTokens": nullable(Number(1, whole=True)),
    "stopSequences": Array(_TEXT, most=5),
    "responseMimeType": String("application/json", "text/plain", "text/x.enum"),
    "responseSchema": nullable(SCHEMA),
    "responseJsonSchema": Anything(),
    "responseModalities": Array(String("TEXT", "IMAGE", "AUDIO")),
    "responseFormat": _ANY,
    "thinkingConfig": nullable(
        message(
            {
                "includeThoughts": Flag(),
                "thinkingBudget": nullable(Number(-1, 32_768, whole=True)),
                "thinkingLevel": nullable(
                    String(
                        "THINKING_LEVEL_UNSPECIFIED",
                        *[
                            name
                            for word in ("MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH")
                            for name in (word, word.lower())
                        ],
                    )
                ),
            }
        )
    ),
    "seed": nullable(Number(-(2**31), 2**31 - 1, whole=True)),
    "presencePenalty": nullable(Number(-2, 2)),
    "frequencyPenalty": nullable(Number(-2, 2)),
    "responseLogprobs": Flag(),
    "logprobs": nullable(Number(0, 20, whole=True)),
    "speechConfig": _ANY,
    "mediaResolution": _TEXT,
    "imageConfig": _ANY,
    "audioTimestamp": Flag(),
    "enableEnhancedCivicAnswers": Flag(),
    "continuationToken": _TEXT,
}
_CONFIG = message(_CONFIGURED)
_CALLING: dict[str, Shape] = {
    "functionCallingConfig": message(
        {
            "mode": String("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED", "auto", "any", "none", "validated"),
            "allowedFunctionNames": Array(_TEXT),
            "streamFunctionCallArguments": Flag(),
        }
    ),
    "retrievalConfig": _ANY,
    "includeServerSideToolInvocations": Flag(),
}
_TOOL_CONFIG = message(_CALLING)
_FIELDS: dict[str, Shape] = {
    "model": _TEXT,
    "contents": Array(CONTENT),
    "systemInstruction": nullable(CONTENT),
    "tools": Array(_TOOL),
    "toolConfig": nullable(_TOOL_CONFIG),
    "safetySettings": Array(message({"category": _TEXT, "threshold": _TEXT, "method": _TEXT})),
    "generationConfig": nullable(_CONFIG),
    "cachedContent": _TEXT,
    "serviceTier": String("standard", "flex", "priority", "SERVICE_TIER_UNSPECIFIED"),
    "store": Flag(),
}

GENERATE_REQUEST = message(_FIELDS)

_OF_AI_STUDIO = frozenset({"model", "store", "tools", "toolConfig", "generationConfig"})
_VERTEX_TOOLS = ("retrieval", "enterpriseWebSearch", "parallelAiSearch", "exaAiSearch")
_VERTEX_TOOL = message(
    {
        "functionDeclarations": Array(_DECLARATION),
        **dict.fromkeys([name for name in BUILT_IN if name not in {"fileSearch", "mcpServers"}], Anything()),
        **dict.fromkeys(_VERTEX_TOOLS, Anything()),
    }
)
_LABEL = String(pattern=r"[a-z0-9_-]{0,63}")
VERTEX_REQUEST = message(
    {
        **{name: shape for name, shape in _FIELDS.items() if name not in _OF_AI_STUDIO},
        "tools": Array(_VERTEX_TOOL),
        "toolConfig": nullable(
            message({name: shape for name, shape in _CALLING.items() if name != "includeServerSideToolInvocations"})
        ),
        "generationConfig": nullable(
            message(
                {
                    **{name: shape for name, shape in _CONFIGURED.items() if name != "enableEnhancedCivicAnswers"},
                    "routingConfig": _ANY,
                    "modelSelectionConfig": _ANY,
                }
            )
        ),
        "labels": Table({}, rest=_LABEL),
        "modelArmorConfig": _ANY,
    }
)
"""A generateContent request as Vertex AI takes it: without what AI Studio has alone, and with fields of its own."""
VERTEX_COUNT_REQUEST = message(
    {
        "contents": Array(CONTENT),
        "systemInstruction": nullable(CONTENT),
        "tools": Array(_VERTEX_TOOL),
        "generationConfig": _ANY,
    }
)
PREDICT_REQUEST = message(
    {
        "instances": Array(
            Table({"content": _TEXT, "task_type": _TEXT, "title": _TEXT}, needs=("content",)), least=1, most=250
        ),
        "parameters": message({"outputDimensionality": Number(1, whole=True), "autoTruncate": Flag()}),
    },
    needs=("instances",),
)
VERTEX_EMBED_REQUESTS = message(
    {"requests": Array(message({"content": CONTENT, "embedContentConfig": _ANY}, needs=("content",)), least=1)},
    needs=("requests",),
)
COUNT_REQUEST = message({**_FIELDS, "generateContentRequest": Deferred(lambda: GENERATE_REQUEST)})

EMBED_REQUEST = message(
    {
        "model": _TEXT,
        "content": CONTENT,
        "taskType": _TEXT,
        "title": _TEXT,
        "outputDimensionality": Number(1, whole=True),
        "embedContentConfig": _ANY,
    },
    needs=("content",),
)
EMBED_REQUESTS = message({"requests": Array(EMBED_REQUEST, least=1)}, needs=("requests",))
