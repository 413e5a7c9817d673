"""The table of endpoints: each path, the wire it speaks, and who serves it."""

from collections.abc import Iterator
from functools import partial

from accord.dialects import openai_responses
from accord.gateway.conversation import Conversations
from accord.gateway.counting import Counting, ParseCount
from accord.gateway.endpoint import Endpoint, Serve, ServeForm
from accord.gateway.health import Health
from accord.gateway.http import Request
from accord.gateway.model_list import Models, speaks_anthropic, speaks_google
from accord.gateway.operation import Operations
from accord.gateway.resolve import Directory
from accord.gateway.stored.endpoint import StoredEndpoints
from accord.gateway.stored.shelf import Shelf
from accord.gateway.wire import (
    ANTHROPIC,
    CHAT,
    COMPLETIONS,
    GEMINI,
    Fail,
    Wire,
    parse_content_count,
    parse_input_count,
    parse_message_count,
    responses_wire,
)

CONVERSATIONS: tuple[tuple[str, Wire], ...] = (
    ("/v1/chat/completions", CHAT),
    ("/v1/completions", COMPLETIONS),
    ("/v1/messages", ANTHROPIC),
    ("/v1beta/models/{model}:generateContent", GEMINI),
    ("/v1beta/models/{model}:streamGenerateContent", GEMINI),
    # Google's SDK leaves out its own version where it was given another address.
    ("/v1/models/{model}:generateContent", GEMINI),
    ("/v1/models/{model}:streamGenerateContent", GEMINI),
)
"""Where conversations come in, beside `/v1/responses`."""


COUNTS: tuple[tuple[str, Wire, ParseCount], ...] = (
    ("/v1/responses/input_tokens", responses_wire(stores=False), parse_input_count),
    ("/v1/messages/count_tokens", ANTHROPIC, parse_message_count),
    ("/v1beta/models/{model}:countTokens", GEMINI, parse_content_count),
    ("/v1/models/{model}:countTokens", GEMINI, parse_content_count),
)
"""Where conversations are counted."""


def rows(
    directory: Directory,
    conversations: Conversations,
    counting: Counting,
    operations: Operations,
    health: Health,
    shelf: Shelf,
) -> Iterator[Endpoint]:
    """All rows."""
    yield from _responses(shelf)
    for path, wire in (*CONVERSATIONS, ("/v1/responses", responses_wire(stores=shelf.keeps))):
        answer = partial(conversations.answer, wire)
        yield Endpoint(method="POST", path=path, serve=answer, fail=wire.fail, lanes=wire is CHAT)
    for path, wire, parse in COUNTS:
        yield Endpoint(method="POST", path=path, serve=partial(counting.answer, parse), fail=wire.fail)
    for path, serve in _operations(operations):
        yield Endpoint(method="POST", path=path, serve=serve, fail=CHAT.fail)
    for path, serve_form in _forms(operations):
        yield Endpoint(method="POST", path=path, serve_form=serve_form, fail=CHAT.fail, takes="multipart/form-data")
    models = Models(directory)
    yield Endpoint(method="GET", path="/v1/models", serve=models.all, fail=None)
    yield Endpoint(method="GET", path="/v1/models/{id}", serve=models.one, fail=None)
    yield Endpoint(method="GET", path="/v1beta/models", serve=models.all_gemini, fail=GEMINI.fail)
    yield Endpoint(method="GET", path="/v1beta/models/{id}", serve=models.one_gemini, fail=GEMINI.fail)
    yield Endpoint(method="GET", path="/health/live", serve=health.live, fail=CHAT.fail, public=True)
    yield Endpoint(method="GET", path="/health/ready", serve=health.ready, fail=CHAT.fail, public=True)


def _responses(shelf: Shelf) -> Iterator[Endpoint]:
    """The answers that are kept."""
    stored = StoredEndpoints(shelf)
    for method, path, serve in (
        ("GET", "/v1/responses/{id}", stored.retrieve),
        ("DELETE", "/v1/responses/{id}", stored.delete),
        ("POST", "/v1/responses/{id}/cancel", stored.cancel),
        ("GET", "/v1/responses/{id}/input_items", stored.input_items),
    ):
        yield Endpoint(method=method, path=path, serve=serve, fail=openai_responses.fail)


def _operations(operations: Operations) -> tuple[tuple[str, Serve], ...]:
    """OpenAI's endpoints that take JSON and are no conversation."""
    return (
        ("/v1/embeddings", operations.embeddings),
        ("/v1/images/generations", operations.images),
        ("/v1/moderations", operations.moderations),
        ("/v1/audio/speech", operations.speech),
    )


def _forms(operations: Operations) -> tuple[tuple[str, ServeForm], ...]:
    """OpenAI's endpoints that take a form with files."""
    return (("/v1/audio/transcriptions", operations.transcriptions), ("/v1/images/edits", operations.image_edits))


def fail_for(request: Request) -> Fail:
    """How an error looks to a caller whose path tells nothing more."""
    if request.path.startswith(("/v1beta/", "/v1beta1/")) or speaks_google(request):
        return GEMINI.fail
    if speaks_anthropic(request):
        return ANTHROPIC.fail
    return CHAT.fail
