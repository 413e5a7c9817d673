r"""A fake provider: a real HTTP/1.1 server that speaks a vendor's wire, refuses what the vendor refuses, does what a test
tells it, and says what it saw. It needs no account and no network but loopback.

    >>> import accord
    >>> from accord.testing import Cut, Delivery, Failure, FakeProvider, Reply

Without a script it echoes. Any client will do; here it is Accord's own:

    >>> with FakeProvider() as fake:
    ...     provider = accord.OpenAI(base_url=fake.url, api_key=fake.key)
    ...     with accord.Client(provider) as client:
    ...         client.chat_completion("Hello there", model="gpt-4.1").text
    'Hello there'

**It speaks four wires**: `FakeProvider("openai_chat")` (and `"openai_responses"`, which is the same server, with OpenAI's
embeddings, images, moderations, speech and transcriptions), `"anthropic_messages"` and `"gemini"`. `fake.url` is the base
URL as that vendor's own SDK means it, `fake.key` the only key it lets in. In pytest, the fixture `fake_provider` is a
running fake of the first kind, and `start_fake(FakeProvider(...))` starts any other.

**It is strict.** Unknown fields, wrong types, bad keys, calls without results and results without calls, fields that a model
does not take, thinking whose signature was tampered with, schemas that cannot be held: each is refused with the status and
body of the real service. `FakeProvider(strict=False)` is as forgiving as compatible servers are.

**It follows a script.** Each `Reply`, `Failure` or `Bytes` answers one request; after the last, it echoes again. A `Delivery`
says how the answer travels: delays, pieces of any size, cuts, holds, resets, compression, lies about type and status.

    >>> with FakeProvider() as fake:
    ...     fake.script(
    ...         Failure(status=429, headers=(("retry-after", "0"),)),
    ...         Reply.saying("At last."),
    ...         Reply(delivery=Delivery(fault=Cut(events=3))),
    ...     )
    ...     provider = accord.OpenAI(base_url=fake.url, api_key=fake.key)
    ...     with accord.Client(provider) as client:
    ...         client.chat_completion("Anybody there?", model="gpt-4.1").text
    ...         with client.chat_completion_stream("One two three", model="gpt-4.1") as stream:
    ...             try:
    ...                 list(stream)
    ...             except accord.Interrupted as error:
    ...                 print("cut after", error.partial.text)
    ...     [(request.path, request.status) for request in fake.requests]
    'At last.'
    cut after One two
    [('/v1/chat/completions', 429), ('/v1/chat/completions', 200), ('/v1/chat/completions', 200)]

**It plays models** to try things out with: `echo` (and every unknown name), `tools` (calls the first tool it is given),
`reasoning`, `slow`, `long`, `refusal`, `cut`, `hang`, and `error-429` or any other status. Any model calls tools when told
`call <tool> <arguments>`, a line each, says back what a tool answered, and fits its answer to the schema it is given.

**It counts**: `fake.open`, `finished`, `aborted`, `connections`, and every request in `fake.requests`, with its body, headers,
and when its caller left. `fake.wait_until(lambda fake: fake.aborted == 1)` waits for the moment something changes.
"""

from accord.testing.fake.behaviour import Behaviour, Break, Bytes, Failure, Reply, Scripted
from accord.testing.fake.delivery import Cut, Delivery, Hold
from accord.testing.fake.provider import FakeProvider
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.vendor import Route, Vendor

__all__ = [
    "Behaviour",
    "Break",
    "Bytes",
    "Cut",
    "Delivery",
    "Failure",
    "FakeProvider",
    "Hold",
    "Reply",
    "Route",
    "Scripted",
    "SeenRequest",
    "Vendor",
]
