"""Code written for OpenAI's SDK sees the same of every recorded answer through `accord.compat.openai`: each attribute, what it
dumps, each piece of a stream, and each error.
"""

import gzip
import json
import re
from pathlib import Path

import httpx2
import openai
import pytest

from accord.compat import openai as compat
from accord.core.http import Reply
from accord.testing import MemoryTransport

SHARED = Path(__file__).parents[2].parent / "shared" / "wire"
CHAT = ("openai", "azure", "compat", "deepseek", "openrouter")
RESPONSES = ("openai_responses", "azure_responses", "azure_ai_responses", "deepseek_responses", "openrouter_responses")

# Hosts that are not OpenAI answer in forms that OpenAI's schema forbids; Accord puts them right where OpenAI's SDK hands them on.
PUT_RIGHT = {
    r"\.choices\[\d+\]\.delta\.role: (assistant != None|None != assistant)": "a role in every piece, or in none",
    r"\.created: (0|None) != \d+": "no time",
    r"\.id: (|None) != chatcmpl-": "no id",
    r"\.object: (|None) != chat\.completion": "no name of the object",
    r"\.usage: .*'completion_tokens': None": "half a usage",
    r"\.choices\[\d+\]\.logprobs(: .*'reasoning_content'|\.reasoning_content: )": "odds of a part that OpenAI has not",
    r"\.service_tier: (on_demand|provisioned) != None": "a tier of its own",
    r"\.(name|reasoning|reasoning_content|multimodal_tokens): None != <nothing>": "a null that means nothing",
    r"\.tool_calls\[\d+\]\.type: function != None": "the type of a call, repeated",
    r"\.tool_calls: \[\] != None": "an empty list of calls",
    r"\.prompt_filter_results: <nothing> != ": "what Azure says of the prompt",
    r"\.usage\.(prompt_tokens_details|completion_tokens_details\.reasoning_tokens): None != ": "counts that stand beside the details",
    r"\.(message|delta)\.reasoning_content: <nothing> != ": "reasoning under another name, which stays beside it",
}

if not SHARED.is_dir():
    pytest.skip("the recordings are not here", allow_module_level=True)


def recordings(families: tuple[str, ...], dialect: str) -> list[dict]:
    found = []
    for family in families:
        with gzip.open(SHARED / f"{family}.jsonl.gz", "rt") as lines:
            found += [recording for line in lines if (recording := json.loads(line))["dialect"] == dialect]
    return found


def both(recording: dict, ask) -> tuple[object, object]:
    """What the SDK and what Accord make of a recorded answer."""
    answer = recording["response"]
    headers = {name.lower(): value for name, value in answer["headers"].items() if name.lower() != "retry-after"}
    body = answer["body"]["text"].encode()

    def reply(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(answer["status"], headers=headers, content=body)

    with openai.OpenAI(
        api_key="sk-test",
        base_url="http://127.0.0.1/v1",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(reply)),
    ) as theirs:
        expected = seen(lambda: ask(theirs))
    transport = MemoryTransport(Reply(status=answer["status"], headers=tuple(headers.items()), body=body))
    with compat.OpenAI(api_key="sk-test", base_url="http://127.0.0.1/v1", max_retries=0, transport=transport) as ours:
        return expected, seen(lambda: ask(ours))


def seen(ask) -> object:
    """What a program can see of an answer, as plain values."""
    try:
        answer = ask()
        if hasattr(answer, "to_dict"):
            return (
                answer.model_dump() if hasattr(answer, "choices") else {**answer.to_dict(), "text": answer.output_text}
            )
        pieces = [piece.model_dump() if hasattr(piece, "choices") else piece.to_dict() for piece in answer]
        # What Azure says of the prompt before the answer has an id goes with the first piece that has one.
        return pieces[1:] if pieces and pieces[0].get("id") == "" and not pieces[0]["choices"] else pieces
    except (openai.APIStatusError, compat.APIStatusError) as error:
        return (type(error).__name__, error.status_code)
    except (openai.APIError, compat.APIError) as error:
        return type(error).__name__


def chat(recording: dict):
    stream = {"stream": True, "stream_options": {"include_usage": True}} if recording["stream"] else {}
    return lambda client: client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hello"}], **stream
    )


def responses(recording: dict):
    stream = {"stream": True} if recording["stream"] else {}
    return lambda client: client.responses.create(model="m", input="Hello", **stream)


NOTHING = "<nothing>"


def differences(expected: object, got: object, path: str = "$") -> list[str]:
    """Where two values differ. The model is called what the caller called it, whatever the provider calls it."""
    if isinstance(expected, dict) and isinstance(got, dict):
        keys = sorted({*expected, *got} - {"model"})
        return [
            one
            for key in keys
            for one in differences(expected.get(key, NOTHING), got.get(key, NOTHING), f"{path}.{key}")
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = enumerate(zip(expected, got, strict=True))
        return [one for at, (mine, yours) in pairs for one in differences(mine, yours, f"{path}[{at}]")]
    return [] if expected == got else [f"{path}: {str(expected)[:150]} != {str(got)[:150]}"]


@pytest.mark.parametrize("kind", ["chat", "responses"])
def test_every_answer_is_seen_alike(kind: str) -> None:
    families, dialect = {"chat": (CHAT, "openai_chat"), "responses": (RESPONSES, "openai_responses")}[kind]
    ask = chat if kind == "chat" else responses
    cases = recordings(families, dialect)
    differ = {}
    for case in cases:
        found = [
            one for one in differences(*both(case, ask(case))) if not any(re.search(rule, one) for rule in PUT_RIGHT)
        ]
        if found:
            differ[case["id"]] = (case["response"]["status"], found[:3])
    assert len(cases) > 200
    assert not differ
