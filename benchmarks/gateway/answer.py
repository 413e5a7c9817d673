"""Whether a gateway gives the upstream's own answer."""

import http.client
import json
import time

from benchmarks.gateway.load import Target
from benchmarks.gateway.payload import KEY, OPENAI_ANSWER, OPENAI_EVENTS, SHORT_EVENTS

EXPECTED = {"plain": (OPENAI_ANSWER,), "paced": OPENAI_EVENTS, "short": SHORT_EVENTS}
"""What the upstream says, for each kind that is asked."""


def words(answer: bytes) -> str:
    """All that the model says in a whole answer, or in the events of a stream."""
    if answer.startswith(b"{"):
        return str(json.loads(answer)["choices"][0]["message"]["content"])
    events = [line.removeprefix(b"data:").strip() for line in answer.splitlines() if line.startswith(b"data:")]
    choices = [json.loads(event)["choices"] for event in events if event != b"[DONE]"]
    return "".join([choice[0]["delta"].get("content") or "" for choice in choices if choice])


def _said(answer: bytes) -> str | None:
    """The words; nothing where it is no answer of OpenAI's."""
    try:
        return words(answer)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def given(kind: str, target: Target, seconds: float) -> str:
    """Asks until the answer is the upstream's; returns nothing then, and what came instead where it does not within the time.

    Routers answer 503 until they found their upstream healthy.
    """
    expected, deadline = words(b"".join(EXPECTED[kind])), time.monotonic() + seconds
    while True:
        status, body = _asked(target)
        if status == 200 and _said(body) == expected:
            return ""
        if time.monotonic() > deadline:
            return f"{kind} was answered with {status}: {body[:200].decode(errors='replace')}"
        time.sleep(0.1)


def _asked(target: Target) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=10)
    headers = {"content-type": "application/json", "authorization": f"Bearer {KEY}", **dict(target.headers)}
    try:
        connection.request("POST", target.path, target.body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}".encode()
    finally:
        connection.close()
