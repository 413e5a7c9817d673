"""What callers of OpenAI's two APIs get of every recording is valid by OpenAI's published schema."""

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
def components():
    path = SHARED / "schemas" / "openai-openapi.json"
    if not path.exists():
        pytest.skip("OpenAI's schema is not here")
    return nullable(json.loads(path.read_text())["components"])


def validator(components, name):
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


@pytest.fixture(scope="module")
def validators(components):
    names = {False: "CreateChatCompletionResponse", True: "CreateChatCompletionStreamResponse"}
    return {stream: validator(components, name) for stream, name in names.items()}


@pytest.fixture(scope="module")
def responses_validators(components):
    """By the type of an event; the whole answer has none."""
    found = {None: validator(components, "Response")}
    for name, schema in components["schemas"].items():
        kinds = schema.get("properties", {}).get("type", {}).get("enum") if isinstance(schema, dict) else None
        if kinds and name.startswith("Response") and name.endswith("Event"):
            found[kinds[0]] = validator(components, name)
    return found


# Members whose text the schema has an opinion about.
WORDS = {"object", "role", "type", "finish_reason", "service_tier", "status"}


def shape(value, key=""):
    """What the schema can tell apart: most chunks of a stream are alike but for their words."""
    if isinstance(value, dict):
        return tuple([(name, shape(inner, name)) for name, inner in value.items()])
    if isinstance(value, list):
        return tuple({shape(inner): None for inner in value})
    return value if key in WORDS else type(value)


def problems(known, body):
    """What the schema has against a body; nulls count, but for the word of an end that the provider says nothing of."""
    found = known.iter_errors(body)
    return [one.message for one in found if one.instance is not None or list(one.path)[-1:] != ["finish_reason"]]


@pytest.mark.parametrize("way", ["written", "handed_on"])
@pytest.mark.parametrize("file", FILES)
def test_what_callers_of_chat_completions_get_is_valid_by_openais_schema(file, way, validators, through):
    seen, answers, chunks = set(), 0, 0
    for recording in [one for one in through.recordings(file) if not one["oracle"]["error"]]:
        data, stream = getattr(through, way)(recording, "openai_chat"), recording["stream"]
        if data is None:
            continue
        told = through.events_in(data)[:-1] if stream else [json.loads(data)]
        answers, chunks = (answers, chunks + len(told)) if stream else (answers + 1, chunks)
        for one in told:
            if (kind := (stream, shape(one))) in seen:
                continue
            seen.add(kind)
            assert (recording["id"], problems(validators[stream], one)) == (recording["id"], [])
    print(f"{file}: {answers} answers and {chunks} chunks, all valid")


@pytest.mark.parametrize("file", FILES)
def test_what_callers_of_responses_get_is_valid_by_openais_schema(file, responses_validators, through):
    seen = set()
    for recording in [one for one in through.recordings(file) if not one["oracle"]["error"]]:
        data, stream = through.written(recording, "openai_responses"), recording["stream"]
        for one in through.events_in(data) if stream else [json.loads(data)]:
            if (kind := shape(one)) in seen:
                continue
            seen.add(kind)
            known = responses_validators[one["type"] if stream else None]
            found = [error.message for error in known.iter_errors(one) if error.instance is not None]
            assert (recording["id"], found) == (recording["id"], [])
