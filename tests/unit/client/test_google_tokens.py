"""Tokens from Google through google-auth, against servers on loopback that refuse what Google refuses; and their keeping."""

import asyncio
import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth.compute_engine import Credentials as ComputeCredentials

import accord
from accord.client import credential as credential_module
from accord.client.async_credential import AsyncTokenCache
from accord.client.credential import AGAIN, EARLY, TokenCache
from accord.client.token_google import google_token
from accord.core.error import Authentication, ConfigError, Unreachable
from accord.core.http import Reply
from accord.core.secret import Secret
from accord.providers.credential import GoogleToken
from accord.providers.vertex_ai import VertexAI
from accord.testing.memory import MemoryTransport

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""Who a service account signs for, wherever it is sent."""
SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class GoogleServers(ThreadingHTTPServer):
    """The token endpoint, the security token service and the metadata server, in one."""

    daemon_threads = True

    def __init__(self, public_key):
        super().__init__(("127.0.0.1", 0), Handler)
        self.public_key = public_key
        self.issued = 0
        self.seen = []
        self.lifetime = 3599
        self.down = False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Any

    def log_message(self, format, *args):  # noqa: A002 - as the base has it
        pass

    def do_GET(self):
        self.server.seen.append(self.path)
        if self.path.startswith("/projects/"):
            self.answer(200, {"projectId": "acme"})
        elif self.headers.get("Metadata-Flavor") != "Google":
            self.answer(403, {"error": "Missing required header: Metadata-Flavor"})
        elif "/token" in self.path:
            self.token()
        elif "/project/project-id" in self.path:
            self.answer(200, b"acme", "application/text")
        elif "recursive=true" in self.path or self.path.endswith("?recursive=true"):
            self.answer(200, {"email": "robot@acme.test", "scopes": [SCOPE], "aliases": ["default"]})
        else:
            self.answer(200, b"", "text/html")

    def do_POST(self):
        data = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append(self.path)
        if self.server.down:
            self.answer(503, {"error": "temporarily_unavailable"})
            return
        fields = {key: values[0] for key, values in parse_qs(data.decode()).items()}
        refusal = self.refusal(fields)
        if refusal is None:
            self.token()
        else:
            self.answer(400, {"error": "invalid_grant", "error_description": refusal})

    def refusal(self, fields):
        grant = fields.get("grant_type")
        if grant == JWT_BEARER:
            return self.assertion_flaw(fields["assertion"])
        if grant == "refresh_token":
            good = {"client_id": "c", "client_secret": "s", "refresh_token": "r"}
            return None if good.items() <= fields.items() else "Bad Request"
        if grant == "urn:ietf:params:oauth:grant-type:token-exchange":
            return None if fields.get("subject_token") == "subject" else "The subject token is invalid"
        return f"Unsupported grant type {grant}"

    def assertion_flaw(self, assertion):
        head, claims, signature = assertion.split(".")
        try:
            self.server.public_key.verify(
                base64.urlsafe_b64decode(signature + "=="),
                f"{head}.{claims}".encode(),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except Exception:
            return "Invalid JWT Signature."
        told = json.loads(base64.urlsafe_b64decode(claims + "=="))
        if told["aud"] != AUDIENCE or told["scope"] != SCOPE or told["exp"] - told["iat"] > 3600:
            return "Invalid JWT"
        return None if told["iss"] == "robot@acme.test" else "Invalid grant: account not found"

    def token(self):
        self.server.issued += 1
        answer = {"access_token": f"ya29.test-{self.server.issued}", "expires_in": self.server.lifetime}
        self.answer(
            200,
            {
                **answer,
                "token_type": "Bearer",
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            },
        )

    def answer(self, status, body, content_type="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(data)))
        self.send_header("Metadata-Flavor", "Google")
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def private_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def google(private_key, monkeypatch):
    server = GoogleServers(private_key.public_key())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{server.url}/token")
    monkeypatch.setattr("google.auth.external_account._CLOUD_RESOURCE_MANAGER", f"{server.url}/projects/")
    # google-auth waits between its own tries.
    monkeypatch.setattr("google.auth._exponential_backoff.time.sleep", lambda seconds: None)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def service_account(google, private_key):
    return {
        "type": "service_account",
        "project_id": "acme",
        "private_key_id": "k1",
        "private_key": pem(private_key),
        "client_email": "robot@acme.test",
        "token_uri": f"{google.url}/token",
    }


def of(source):
    return GoogleToken(source=Secret(source if isinstance(source, str) else json.dumps(source)))


class TestSources:
    def test_a_service_account_signs_for_a_token(self, service_account):
        token, lifetime = google_token(of(service_account))
        assert token == "ya29.test-1"
        assert 3500 < lifetime <= 3600

    def test_a_file_of_one(self, service_account, tmp_path):
        path = tmp_path / "key.json"
        path.write_text(json.dumps(service_account))
        assert google_token(of(str(path)))[0] == "ya29.test-1"

    def test_application_default_credentials(self, service_account, tmp_path, monkeypatch):
        path = tmp_path / "key.json"
        path.write_text(json.dumps(service_account))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
        assert google_token(GoogleToken())[0] == "ya29.test-1"

    def test_gclouds_own_login(self, google):
        login = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
        assert google_token(of(login))[0] == "ya29.test-1"
        with pytest.raises(Authentication, match="Bad Request"):
            google_token(of({**login, "refresh_token": "revoked"}))

    def test_workload_identity(self, google, tmp_path):
        subject = tmp_path / "subject"
        subject.write_text("subject")
        federation = {
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"{google.url}/sts",
            "credential_source": {"file": str(subject)},
        }
        assert google_token(of(federation))[0] == "ya29.test-1"
        assert "/sts" in google.seen

    def test_the_machines_own_service_account(self, google, monkeypatch, tmp_path):
        monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
        host = f"127.0.0.1:{google.server_port}"
        monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", host)
        monkeypatch.setenv("GCE_METADATA_HOST", host)
        monkeypatch.setenv("GCE_METADATA_IP", host)
        monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_DEFAULT_MDS_IP", host)
        assert google_token(GoogleToken())[0] == "ya29.test-1"
        assert any("/service-accounts/" in path and "/token" in path for path in google.seen)


def machine(request=None, quota_project_id=None):
    return ComputeCredentials(), None


class TestRefusals:
    def test_a_key_that_signs_wrongly_is_refused_in_googles_words(self, service_account):
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        wrong = {**service_account, "private_key": pem(other)}
        with pytest.raises(Authentication, match=r"Google refused the credentials.*Invalid JWT Signature") as caught:
            google_token(of(wrong))
        assert "PRIVATE KEY" not in str(caught.value)

    def test_nobody_at_the_token_endpoint_is_no_refusal(self, service_account):
        with pytest.raises(Unreachable, match="cannot be reached") as caught:
            google_token(of({**service_account, "token_uri": "http://127.0.0.1:9/token"}))
        assert caught.value.retryable

    def test_nobody_at_the_metadata_server_is_no_refusal(self, google, monkeypatch, tmp_path):
        monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
        monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", "127.0.0.1:9")
        monkeypatch.setattr("google.auth._default._get_gce_credentials", machine)
        with pytest.raises(Unreachable, match="cannot be reached"):
            google_token(GoogleToken())

    @pytest.mark.parametrize("text", ["{", '{"type": "x"}', '{"type": "service_account"}', "/no/such/file.json"])
    def test_what_is_no_credential_is_a_mistake_of_the_configuration(self, google, text):
        with pytest.raises(ConfigError, match=r"[Gg]oogle"):
            google_token(of(text))

    def test_text_runs_no_command(self, google):
        source = {"type": "external_account", "credential_source": {"executable": {"command": "touch /x"}}}
        with pytest.raises(ConfigError, match="from a file alone"):
            google_token(of(source))


class Tokens:
    """Gives one token after another, and may fail."""

    def __init__(self, lifetime=3600.0):
        self.lifetime = lifetime
        self.given = 0
        self.failure = None
        self.gate = None
        self.asked = threading.Event()

    def __call__(self, credential):
        if self.gate is not None:
            self.asked.set()
            assert self.gate.wait(5)
        if self.failure is not None:
            raise self.failure
        self.given += 1
        return f"ya29.test-{self.given}", self.lifetime


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def tokens(monkeypatch):
    source = Tokens()
    monkeypatch.setattr(credential_module, "token_of", source)
    return source


@pytest.fixture
def clock():
    return Clock()


GOOGLE = GoogleToken()


def bearer(headers):
    return dict(headers)["authorization"].removeprefix("Bearer ya29.test-")


class TestKeeping:
    def test_a_token_is_used_until_shortly_before_its_end(self, tokens, clock):
        cache = TokenCache(clock)
        assert bearer(cache.headers(GOOGLE, fresh=False)) == "1"
        clock.now += 3600 - EARLY - 1
        assert bearer(cache.headers(GOOGLE, fresh=False)) == "1"
        clock.now += 2
        assert bearer(cache.headers(GOOGLE, fresh=False)) == "2"

    def test_many_waiters_cause_one_refresh(self, tokens, clock):
        cache, tokens.gate = TokenCache(clock), threading.Event()
        with ThreadPoolExecutor(16) as pool:
            waiting = [pool.submit(cache.headers, GOOGLE, fresh=False) for _ in range(16)]
            tokens.gate.set()
            assert {bearer(one.result()) for one in waiting} == {"1"}
        assert tokens.given == 1

    def test_nobody_waits_for_a_refresh_while_the_token_holds(self, tokens, clock):
        cache = TokenCache(clock)
        cache.headers(GOOGLE, fresh=False)
        clock.now += 3600 - EARLY + 1
        tokens.gate = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            refreshing = pool.submit(cache.headers, GOOGLE, fresh=False)
            assert tokens.asked.wait(5)
            assert bearer(cache.headers(GOOGLE, fresh=False)) == "1"
            tokens.gate.set()
            assert bearer(refreshing.result()) == "2"

    def test_a_failing_refresh_is_no_failure_while_the_token_holds(self, tokens, clock):
        cache = TokenCache(clock)
        cache.headers(GOOGLE, fresh=False)
        clock.now += 3600 - EARLY + 1
        tokens.failure = Authentication("down")
        assert bearer(cache.headers(GOOGLE, fresh=False)) == "1"
        clock.now += AGAIN + 1
        tokens.failure = None
        assert bearer(cache.headers(GOOGLE, fresh=False)) == "2"
        clock.now += 3601
        tokens.failure = Authentication("down")
        with pytest.raises(Authentication):
            cache.headers(GOOGLE, fresh=False)

    def test_a_refused_token_is_replaced_once_for_all_who_had_it(self, tokens, clock):
        cache = TokenCache(clock)
        cache.headers(GOOGLE, fresh=False)
        assert [bearer(cache.headers(GOOGLE, fresh=True)) for _ in range(5)] == ["2"] * 5
        clock.now += AGAIN + 1
        assert bearer(cache.headers(GOOGLE, fresh=True)) == "3"

    async def test_asyncio_waits_together_and_never_blocks(self, tokens, clock):
        cache, tokens.gate = AsyncTokenCache(TokenCache(clock)), threading.Event()
        waiting = [asyncio.create_task(cache.headers(GOOGLE, fresh=False)) for _ in range(8)]
        await asyncio.sleep(0)
        tokens.gate.set()
        assert {bearer(headers) for headers in await asyncio.gather(*waiting)} == {"1"}
        assert tokens.given == 1


def test_a_401_gets_one_more_try_with_a_new_token(tokens):
    refused = {"error": {"code": 401, "message": "expired", "status": "UNAUTHENTICATED"}}
    answer = {"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}
    transport = MemoryTransport(
        Reply(status=401, body=json.dumps(refused).encode()), Reply(status=200, body=json.dumps(answer).encode())
    )
    client = accord.Client(VertexAI(project="acme"), transport=transport)
    assert client.chat_completion("x", model="gemini-3.8-flash", options=accord.Options(retries=0)).text == "hi"
    assert [bearer(call.headers) for call in transport.calls] == ["1", "2"]


def test_a_second_401_is_the_answer(tokens):
    refused = {"error": {"code": 401, "message": "expired", "status": "UNAUTHENTICATED"}}
    transport = MemoryTransport(Reply(status=401, body=json.dumps(refused).encode()))
    client = accord.Client(VertexAI(project="acme"), transport=transport)
    with pytest.raises(Authentication):
        client.chat_completion("x", model="gemini-3.8-flash")
    assert len(transport.calls) == 2


def test_credentials_are_never_shown(service_account):
    provider = VertexAI(project="acme", credentials=json.dumps(service_account))
    assert "PRIVATE KEY" not in repr(provider)
    assert "PRIVATE KEY" not in repr(Secret(provider.credentials))
    assert "PRIVATE KEY" not in repr(provider.credential())
