"""OpenAI's own hosts."""

from urllib.parse import urlsplit

_REGIONS = frozenset({"us", "eu", "ae", "au", "in", "jp"})


def is_openai_host(url: str) -> bool:
    """Whether it is OpenAI itself, regional and private hosts included: only there its own model rules hold."""
    host = urlsplit(url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")


def region_of(url: str) -> str | None:
    """The region whose host it is; `None` for the common one."""
    label = (urlsplit(url).hostname or "").partition(".")[0]
    return label if label in _REGIONS else None
