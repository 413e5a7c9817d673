"""What callers of chat completions get of every recording is valid by OpenAI's published schema."""

import json
from pathlib import Path

import jsonschema
import pytest

SHARED = Path(__file__).parents[2].parent / "shared"
FILES = sorted(path.name.removesuffix(".jsonl.gz") for path in (SHARED / "wire").glob("*.jsonl.gz"))

if not FILES:
    pytest.skip("the recordings are not here", allow_module_level=True)


def nullable(schema):
    """OpenAPI 3.0's `nullable`, which the published schema still uses in places, as JSON Schema says it."""
    if isinstance(schema, list):
        return [nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if schema.get("nullable") is True else inner


@pytest.fixture(scope="module")
def validators():
    path = SHARED / "schemas" / "openai-openapi.json"
    if not path.exists():
        pytest.skip("OpenAI's schema is not here")
    components = nullable(json.loads(path.read_text())["components"])
    names = {False: "CreateChatCompletionResponse", True: "CreateChatCompletionStreamResponse"}
    return {
        stream: jsonschema.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": components},
        )
        for stream, name in names.items()
    }


# Members whose text the schema has an opinion about.
WORDS = {"object", "role", "type", "finish_reason", "service_tier"}


def shape(value, key=""):
    """What the schema can tell apart: most chunks of a stream are alike but for their words."""
    if isinstance(value, dict):
        return tuple([(name, shape(inner, name)) for name, inner in value.items()])
    if isinstance(value, list):
        return tuple({shape(inner): None for inner in value})
    return value if key in WORDS else type(value)


@pytest.mark.parametrize("file", FILES)
def test_what_callers_of_chat_completions_get_is_valid_by_openais_schema(file, validators, through):
    seen, answers, chunks = set(), 0, 0
    for recording in [one for one in through.recordings(file) if not one["oracle"]["error"]]:
        data, stream = through.written(recording, "openai_chat"), recording["stream"]
        told = through.events_in(data)[:-1] if stream else [json.loads(data)]
        answers, chunks = (answers, chunks + len(told)) if stream else (answers + 1, chunks)
        for one in told:
            if (kind := (stream, shape(one))) in seen:
                continue
            seen.add(kind)
            found = [error.message for error in validators[stream].iter_errors(one) if error.instance is not None]
            assert (recording["id"], found) == (recording["id"], [])
    print(f"{file}: {answers} answers and {chunks} chunks, all valid")
