"""Pictures, from blocking code."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from accord.compat.openai import job
from accord.compat.openai.calls import Calls
from accord.compat.openai.form import FileTypes, asked_by_form
from accord.compat.openai.omitted import Omit, omit
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.image import ImagesResponse

_FILES = ("image", "mask", "markup")


class Images(Resource):
    """Pictures."""

    path: ClassVar[str] = "images"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def generate(
        self,
        *,
        prompt: str,
        background: Literal["transparent", "opaque", "auto"] | Omit | None = omit,
        complexity: Literal["low", "medium", "high"] | Omit | None = omit,
        frame_count: int | Omit | None = omit,
        frame_duration_ms: int | Omit | None = omit,
        model: str | Omit | None = omit,
        moderation: Literal["low", "auto"] | Omit | None = omit,
        n: int | Omit | None = omit,
        output_compression: int | Omit | None = omit,
        output_format: Literal["png", "webp", "jpeg", "gif", "svg"] | Omit | None = omit,
        partial_images: int | Omit | None = omit,
        quality: Literal["low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"] | Omit | None = omit,
        response_format: Literal["url", "b64_json"] | Omit | None = omit,
        safety_identifier: str | Omit | None = omit,
        size: str | Omit | None = omit,
        stream: Literal[False] | Omit | None = omit,
        style: Literal["vivid", "natural"] | Omit | None = omit,
        svg: Mapping[str, object] | Omit = omit,
        user: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
    ) -> ImagesResponse:
        """Pictures of what the prompt describes, whole: they are not streamed. Raises the errors of
        `accord.compat.openai.error`.
        """
        return self._calls.perform(job.image, asked(locals(), timeout))

    def edit(
        self,
        *,
        image: FileTypes | Sequence[FileTypes],
        prompt: str,
        background: Literal["transparent", "opaque", "auto"] | Omit | None = omit,
        complexity: Literal["low", "medium", "high"] | Omit | None = omit,
        frame_count: int | Omit | None = omit,
        frame_duration_ms: int | Omit | None = omit,
        input_fidelity: Literal["high", "low"] | Omit | None = omit,
        markup: FileTypes | Omit = omit,
        mask: FileTypes | Omit = omit,
        model: str | Omit | None = omit,
        n: int | Omit | None = omit,
        output_compression: int | Omit | None = omit,
        output_format: Literal["png", "webp", "jpeg", "gif", "svg"] | Omit | None = omit,
        partial_images: int | Omit | None = omit,
        quality: Literal["low", "medium", "high", "xhigh", "max", "auto", "standard"] | Omit | None = omit,
        response_format: Literal["url", "b64_json"] | Omit | None = omit,
        safety_identifier: str | Omit | None = omit,
        size: str | Omit | None = omit,
        stream: Literal[False] | Omit | None = omit,
        svg: Mapping[str, object] | Omit | None = omit,
        user: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
    ) -> ImagesResponse:
        """Pictures made of those that are given, whole: they are not streamed. Raises the errors of
        `accord.compat.openai.error`.
        """
        return self._calls.perform(job.image_edit, asked_by_form(locals(), timeout, _FILES))
