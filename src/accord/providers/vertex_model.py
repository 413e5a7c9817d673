"""What the names of models on Vertex AI say: whose they are, which wire they speak, and where they live.

People write them in many ways: `gemini-3.8-flash`, `google/gemini-3.8-flash`, `publishers/google/models/...`, `models/...`,
a whole resource `projects/.../locations/.../publishers/google/models/...`, or the number of an endpoint of their own.
"""

import re
from typing import Literal, TypeAlias

import msgspec

from accord.core.error import InvalidInput

Wire: TypeAlias = Literal["gemini", "claude", "mistral", "open"]
"""How a model is spoken to; `open`: OpenAI's wire, which all other publishers' models share."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]*")
_RESOURCE = re.compile(r"(?:projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)/)?(?P<rest>.*)", re.DOTALL)
_CLAUDE_DAY = re.compile(r"(claude-.*)-(20\d{6})")
"""Anthropic's own name of a release, whose day Vertex AI writes after an `@`."""
_MISTRAL = ("mistral", "codestral", "ministral")


class VertexModel(msgspec.Struct, frozen=True, kw_only=True):
    """One model."""

    publisher: str
    name: str
    """The publisher's name of it, the version after an `@` included; or the number of an endpoint."""
    project: str | None = None
    location: str | None = None
    """Where it lives, as far as its name says so."""

    @property
    def is_endpoint(self) -> bool:
        """Whether it is a tuned or deployed model of the user's own, which goes by a number."""
        return self.name.isdigit()

    @property
    def wire(self) -> Wire:
        """How it is spoken to. Models that Google serves for others (`-maas`) have OpenAI's wire, Google's Gemma too."""
        if self.publisher == "anthropic":
            return "claude"
        if self.publisher == "mistralai" and not self.name.endswith("-maas"):
            return "mistral"
        return "gemini" if self.publisher == "google" and not self.name.endswith("-maas") else "open"

    @property
    def unversioned(self) -> str:
        """The name without its version."""
        return self.name.partition("@")[0]

    @property
    def full(self) -> str:
        """Publisher and name."""
        return f"{self.publisher}/{self.name}"


def vertex_model(written: str) -> VertexModel:
    """The model that somebody means. Raises `InvalidInput` for what cannot be part of an address."""
    found = _RESOURCE.fullmatch(written)
    assert found is not None
    project, location, rest = found.group("project", "location", "rest")
    name = rest.removeprefix("publishers/").replace("/models/", "/", 1)
    name = name.removeprefix("models/").removeprefix("endpoints/")
    # `..` would climb out of the project.
    if not _NAME.fullmatch(name) or ".." in name:
        raise InvalidInput(f"vertex_ai: {written!r} is no name of a model", param="model")
    publisher, slash, bare = name.partition("/")
    if not slash:
        publisher, bare = _publisher(name), name
    if publisher == "anthropic" and (dated := _CLAUDE_DAY.fullmatch(bare)):
        bare = f"{dated[1]}@{dated[2]}"
    return VertexModel(publisher=publisher, name=bare, project=project, location=location)


def _publisher(name: str) -> str:
    if name.startswith("claude"):
        return "anthropic"
    return "mistralai" if name.startswith(_MISTRAL) else "google"
