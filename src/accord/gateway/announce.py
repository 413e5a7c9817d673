"""What a person reads when the gateway is ready: where it is, who is let in, and two examples to copy."""

from collections.abc import Iterator

from accord import __version__
from accord.catalog import models
from accord.gateway.config import Config
from accord.gateway.process import LOOP


def announcement(config: Config, port: int) -> str:
    """The text, whose examples work as they stand."""
    host = f"[{config.gateway.host}]" if ":" in config.gateway.host else config.gateway.host
    scheme = "http" if config.gateway.tls is None else "https"
    url = f"{scheme}://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{port}"  # noqa: S104 - compared, not bound
    lines = [f"Accord {__version__} is ready on {scheme}://{host}:{port} ({_server(config)}).", *_notes(config)]
    model = _example_model(config)
    return "\n".join([*lines, "", *_examples(url, model, keyed=bool(config.gateway.keys)), ""])


def _server(config: Config) -> str:
    server, workers = config.gateway.server, config.gateway.workers
    name = "own server" if server == "accord" else server
    return f"{name} on httptools and {LOOP}, {workers} {'worker' if workers == 1 else 'workers'}"


def _notes(config: Config) -> Iterator[str]:
    yield f"Configuration: {config.source}."
    if config.models:
        yield f"Public models: {', '.join(list(config.models)[:20])}."
    if config.providers:
        yield f"Providers: {', '.join(sorted(config.providers)[:20])}."
    elif not config.models:
        yield "No provider is configured: set a key such as OPENAI_API_KEY, or pass --config."
    if not config.gateway.keys:
        yield "No keys are configured: programs on this machine are let in with any key, everybody else is refused."


def _examples(url: str, model: str, *, keyed: bool) -> Iterator[str]:
    key = "$ACCORD_KEY" if keyed else "any"
    body = f'{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'
    yield f"  curl {url}/v1/chat/completions -H 'content-type: application/json' \\"
    yield f"    -H \"authorization: Bearer {key}\" -d '{body}'"
    yield ""
    yield "  from openai import OpenAI"
    yield f'  client = OpenAI(base_url="{url}/v1", api_key="{"<your key>" if keyed else "any"}")'
    yield f'  answer = client.chat.completions.create(model="{model}", messages=[{{"role": "user", "content": "Hello"}}])'
    yield "  print(answer.choices[0].message.content)"


def _example_model(config: Config) -> str:
    """A name that works: a public one, else the catalogue's first living chat model of the first provider."""
    for name in config.models:
        if "*" not in name:
            return name
    for name, provider in config.providers.items():
        for known in models(provider.type):
            if known.deprecated is None and (known.operations is None or "chat" in known.operations):
                return f"{name}/{known.id}"
    return next((f"{name}/<model>" for name in config.providers), "<provider>/<model>")
