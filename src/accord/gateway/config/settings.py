"""What can be configured, as frozen structs that are decoded straight from the file."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from accord.core.fetch import FetchMedia
from accord.core.option import OnUnsupported
from accord.core.secret import Secret
from accord.gateway.config.base import Settings
from accord.gateway.config.model import ModelSettings
from accord.gateway.config.server import LimitSettings, TlsSettings
from accord.policy.limit import Limits
from accord.providers import AnyProvider, ProviderBase

PROVIDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""A provider's name is the prefix clients write before the first slash, so it holds none itself."""


Override = Literal["target", "strategy", "region", "tags", "fallback", "retries"]
"""What a request may decide itself about routing."""

OVERRIDES: tuple[Override, ...] = ("target", "strategy", "region", "tags", "fallback", "retries")


class KeySettings(Settings, frozen=True, kw_only=True):
    """A key that clients of the gateway send."""

    name: Annotated[str, Meta(min_length=1, description="What logs call whoever sends it.")]
    key: Annotated[
        str,
        Meta(min_length=1, description="The key itself, or `sha256:` and the 64 hex digits of its hash."),
    ]
    models: Annotated[
        tuple[str, ...],
        Meta(
            description="Patterns (`*`, `?`, `[abc]`) of the models it may use, matched against the name that was "
            "asked for and against `<provider>/<upstream model>`."
        ),
    ] = ("*",)
    overrides: Annotated[
        tuple[Override, ...],
        Meta(
            description="What its requests may decide themselves about routing, by the headers `x-accord-target`, "
            "`-strategy`, `-region`, `-tags`, `-fallback` and `-retries`."
        ),
    ] = ()
    weight: Annotated[
        float, Meta(gt=0, description="Its share beside other keys where requests wait for a busy target.")
    ] = 1.0
    limits: Annotated[Limits, Meta(description="What it may use, over all workers.")] = Limits()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "key", Secret(self.key))


class LoggingSettings(Settings, frozen=True, kw_only=True):
    """What the gateway writes to its standard output."""

    format: Annotated[Literal["text", "json"], Meta(description="How a line looks.")] = "text"
    sample: Annotated[
        float,
        Meta(ge=0, le=1, description="The share of requests that get a line. Those that went wrong always do."),
    ] = 1.0
    probes: Annotated[
        bool, Meta(description="Whether health checks and scrapes get a line even where they went well.")
    ] = False
    prompts: Annotated[
        bool, Meta(description="Whether requests and answers are logged whole. They hold what people wrote.")
    ] = False


class MetricsSettings(Settings, frozen=True, kw_only=True):
    """Who may read what the gateway counts, at `/metrics`, in Prometheus' text format."""

    enabled: Annotated[bool, Meta(description="Whether there is a `/metrics` at all.")] = True
    key: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="What scrapers send as bearer token: the key itself, or `sha256:` and its hash. The keys of "
            "clients do not open it. Left out: programs on this machine may read, and nobody else."
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.key is not None:
            msgspec.structs.force_setattr(self, "key", Secret(self.key))


class TracingSettings(Settings, frozen=True, kw_only=True):
    """Spans of calls, sent to an OpenTelemetry collector. Needs `pip install accord[otel]`."""

    enabled: Annotated[bool, Meta(description="Whether spans are made.")] = False
    endpoint: Annotated[
        str | None,
        Meta(
            description="Where they go, as OTLP over HTTP: `http://collector:4318/v1/traces`. Left out: what "
            "OpenTelemetry's own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT`), else this machine."
        ),
    ] = None
    service_name: Annotated[str, Meta(min_length=1, description="What the gateway is called in traces.")] = "accord"
    sample: Annotated[
        float, Meta(ge=0, le=1, description="The share of traces that are kept where the caller has not decided.")
    ] = 1.0


class ResponsesSettings(Settings, frozen=True, kw_only=True):
    """The answers of `/v1/responses` that are kept, so that later requests can refer to them."""

    store: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="Where: `memory`, the path of an SQLite file (made where there is none; several workers share "
            "it), or `off`. Left out: `memory` for one worker, `off` for several."
        ),
    ] = None
    ttl: Annotated[float, Meta(gt=0, description="Seconds for which an answer is kept.")] = 2_592_000
    max_entries: Annotated[int, Meta(ge=1, description="Answers that are kept at most; the oldest go first.")] = 10_000
    max_mb: Annotated[
        float, Meta(gt=0, description="What all answers together may take, in megabytes (2^20); the oldest go first.")
    ] = 256
    secret: Annotated[
        Annotated[str, Meta(min_length=16)] | None,
        Meta(description="Proves the ids of answers. Left out: kept in the SQLite file, else made at each start."),
    ] = None

    def __post_init__(self) -> None:
        if self.secret is not None:
            msgspec.structs.force_setattr(self, "secret", Secret(self.secret))


ServerName = Literal["accord", "uvicorn"]
"""What reads and writes HTTP: Accord's own server, or uvicorn over the ASGI application."""


class GatewaySettings(Settings, frozen=True, kw_only=True):
    """The server itself."""

    host: Annotated[str, Meta(description="The address to listen on. Without keys it must be a loopback one.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(ge=0, le=65535, description="The port to listen on; 0 takes any free one.")] = 4000
    workers: Annotated[int, Meta(ge=1, le=512, description="Processes that serve.")] = 1
    server: Annotated[ServerName, Meta(description="What reads and writes HTTP: Accord's own server, or uvicorn.")] = (
        "accord"
    )
    keys: Annotated[
        tuple[KeySettings | str, ...],
        Meta(description="Keys that clients must send; none lets everybody in who is on this machine."),
    ] = ()
    body_limit_mb: Annotated[float, Meta(gt=0, description="The longest request body, in megabytes (2^20).")] = 32
    heartbeat: Annotated[
        float,
        Meta(gt=0, description="Seconds of silence after which a waiting stream gets a sign of life."),
    ] = 10
    drain: Annotated[
        float,
        Meta(
            ge=0,
            description="Seconds that requests in flight may go on after the signal to stop. Callers who read slowly have 3 more to "
            "take what is left.",
        ),
    ] = 30
    on_unsupported: Annotated[
        OnUnsupported,
        Meta(description="What to do with a request field that the target has no equivalent for: refuse, or drop."),
    ] = "error"
    fetch_media: Annotated[
        bool | FetchMedia,
        Meta(
            description="Whether pictures and documents given by address are fetched for providers that take none: "
            "`true`, or limits, see [FetchMedia](#fetchmedia). Whoever may call then chooses what this machine fetches."
        ),
    ] = False
    tls: TlsSettings | None = None
    limits: LimitSettings = LimitSettings()
    logging: LoggingSettings = LoggingSettings()
    metrics: MetricsSettings = MetricsSettings()
    tracing: TracingSettings = TracingSettings()
    responses: ResponsesSettings = ResponsesSettings()

    @property
    def response_store(self) -> str:
        """Where answers are kept: `memory`, `off`, or the path of a file."""
        return self.responses.store or ("memory" if self.workers == 1 else "off")

    @property
    def body_limit(self) -> int:
        """The longest request body, in bytes."""
        return int(self.body_limit_mb * 1024 * 1024)

    @property
    def named_keys(self) -> tuple[KeySettings, ...]:
        """The keys, with a name for each that was written as a bare string: `key-1` by its place."""
        return tuple(
            [
                KeySettings(name=f"key-{index}", key=key) if isinstance(key, str) else key
                for index, key in enumerate(self.keys, start=1)
            ]
        )

    def __post_init__(self) -> None:
        hidden = tuple([Secret(key) if isinstance(key, str) else key for key in self.keys])
        msgspec.structs.force_setattr(self, "keys", hidden)


class ConfigFile(Settings, frozen=True, kw_only=True):
    """What a file may say: the shape that `accord config schema` prints."""

    gateway: GatewaySettings = GatewaySettings()
    providers: Annotated[
        dict[str, AnyProvider],
        Meta(description="Any name: a provider of a type. The name is the prefix that clients write before `/`."),
    ] = {}
    models: Annotated[
        dict[str, ModelSettings], Meta(description="Public model names, beside `<provider>/<upstream model>`.")
    ] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A checked configuration."""

    source: str
    """The file it came from, or what stands in for one."""
    gateway: GatewaySettings = GatewaySettings()
    providers: Mapping[str, ProviderBase] = {}
    models: Mapping[str, ModelSettings] = {}
    notes: tuple[str, ...] = ()
    """What works, and not as its writer may expect."""
