"""Paths and methods."""

from accord.core.error import AccordError
from accord.dialects.codec import Failure
from accord.gateway.endpoint import Endpoint, Endpoints
from accord.gateway.http import Answer, Request, Response
from accord.gateway.path import variable
from accord.gateway.visit import Visit


async def serve(visit: Visit, body: bytes) -> Answer:
    return Response(200, body)


def fail(error: AccordError) -> Failure:
    return Failure(status=400, body=b"")


ROWS = [
    Endpoint(method="POST", path="/v1/chat/completions", serve=serve, fail=fail),
    Endpoint(method="GET", path="/v1/models", serve=serve, fail=fail),
    Endpoint(method="GET", path="/v1/models/{id}", serve=serve, fail=fail),
    Endpoint(method="DELETE", path="/v1/models/{id}", serve=serve, fail=fail),
    Endpoint(method="POST", path="/v1beta/models/{model}:generateContent", serve=serve, fail=fail),
    Endpoint(method="POST", path="/v1beta/models/{model}:streamGenerateContent", serve=serve, fail=fail),
    Endpoint(method="POST", path="/v1/models/{model}:generateContent", serve=serve, fail=fail),
    Endpoint(method="GET", path="/health/live", serve=serve, fail=fail),
]
ENDPOINTS = Endpoints(ROWS)


def found(path: str) -> dict[str, str]:
    return {method: row.path for method, row in ENDPOINTS.find(path).items()}


def test_paths() -> None:
    for path in ("/v1/chat/completions", "/chat/completions", "/v1/chat/completions/"):
        assert found(path) == {"POST": "/v1/chat/completions"}
    assert found("/models") == {"GET": "/v1/models"}
    assert found("/health/live") == {"GET": "/health/live"}


def test_names_may_hold_slashes_and_colons() -> None:
    one = {"GET": "/v1/models/{id}", "DELETE": "/v1/models/{id}"}
    assert found("/v1/models/gpt-5") == one
    assert found("/models/lab/meta/llama:free") == one
    assert found("/v1beta/models/lab/a:b:generateContent") == {"POST": "/v1beta/models/{model}:generateContent"}
    assert found("/v1/models/lab/x:generateContent") == {"POST": "/v1/models/{model}:generateContent"}
    assert found("/v1beta/models/x:streamGenerateContent") == {"POST": "/v1beta/models/{model}:streamGenerateContent"}


def test_other_paths_are_not_there() -> None:
    for path in (
        "",
        "/",
        "/v1",
        "/v1/chat",
        "/v1/chat/completions/x",
        "/v1/v1/models",
        "//",
        "/health",
        "/v1/Models",
        "/v1/chat/completions//",
    ):
        assert found(path) == {}, path


def test_the_nearest_path() -> None:
    assert ENDPOINTS.nearest("/v1/chat/completion") == "/v1/chat/completions"
    assert ENDPOINTS.nearest("/healthz/live") == "/health/live"
    assert ENDPOINTS.nearest("/completely/unrelated/zzzzzzz" * 1000) is None


def test_what_stands_in_a_path() -> None:
    def asking(path: str) -> Request:
        return Request(method="GET", path=path)

    assert variable(asking("/v1/models/lab/x"), "/models/") == "lab/x"
    assert variable(asking("/models/models/x"), "/models/") == "models/x"
    assert variable(asking("/v1beta/models/a:b:generateContent"), "/models/", ":generateContent") == "a:b"
