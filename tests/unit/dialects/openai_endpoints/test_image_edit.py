import json

import pytest

from accord.core.error import InvalidInput, ProviderError, Unsupported
from accord.core.http import Reply
from accord.core.image import ImageEditRequest, ImageFile
from accord.dialects.openai_endpoints import ImageEditCodec
from accord.dialects.openai_endpoints.image_edit import parse_image_edit
from accord.dialects.openai_endpoints.multipart import FormPart, read_form, write_form

PNG = ImageFile(data=b"\x89PNG....", filename="fox.png", content_type="image/png")


def codec(*, always_base64: bool = True, names_model: bool = True) -> ImageEditCodec:
    return ImageEditCodec(
        model="gpt-image-2",
        provider="p",
        error=lambda reply: ProviderError("no", status=reply.status),
        always_base64=always_base64,
        names_model=names_model,
    )


def sent(request: ImageEditRequest, of: ImageEditCodec | None = None) -> list[FormPart]:
    draft = (of or codec()).encode(request).draft
    return read_form(draft.content_type, draft.body)


def form(*parts: FormPart) -> tuple[str, bytes]:
    content_type, body = write_form(parts)
    assert isinstance(body, bytes)
    return content_type, body


def text(name: str, value: str) -> FormPart:
    return FormPart(name=name, data=value.encode())


IMAGE = FormPart(name="image", data=b"pixels", filename="a.png", content_type="image/png")
PROMPT = text("prompt", "a hat")


def test_everything_a_request_says_is_in_the_form() -> None:
    request = ImageEditRequest(
        prompt="a hat",
        images=(PNG, PNG),
        mask=PNG,
        markup=PNG,
        n=2,
        output_compression=50,
        input_fidelity="high",
        size="auto",
        extra={"svg[model]": "m", "list[]": ["a", "b"]},
    )
    parts = sent(request)
    texts = [(part.name, part.data.decode()) for part in parts if part.filename is None]
    assert texts == [
        ("model", "gpt-image-2"),
        ("prompt", "a hat"),
        ("n", "2"),
        ("size", "auto"),
        ("output_compression", "50"),
        ("input_fidelity", "high"),
        ("svg[model]", "m"),
        ("list[]", "a"),
        ("list[]", "b"),
    ]
    files = [(part.name, part.filename, part.content_type, part.data) for part in parts if part.filename]
    assert [file[0] for file in files] == ["image[]", "image[]", "mask", "markup"]
    assert {file[1:] for file in files} == {("fox.png", "image/png", PNG.data)}


def test_one_picture_is_no_list_and_its_type_is_told_by_its_bytes() -> None:
    for data, kind in ((b"\xff\xd8\xff", "image/jpeg"), (b"RIFF....WEBP", "image/webp"), (b"?", "image/png")):
        (image,) = [
            part for part in sent(ImageEditRequest(prompt="p", images=(ImageFile(data=data),))) if part.filename
        ]
        assert (image.name, image.content_type) == ("image", kind)


def test_a_model_named_by_the_path_is_not_in_the_form() -> None:
    parts = sent(ImageEditRequest(prompt="p", images=(PNG,)), codec(names_model=False))
    assert "model" not in [part.name for part in parts]


def test_an_address_is_refused_where_there_is_none() -> None:
    asked = ImageEditRequest(prompt="p", images=(PNG,), response_format="url")
    with pytest.raises(Unsupported, match="response_format"):
        codec().encode(asked)
    warned = codec().encode(asked, on_unsupported="drop")
    assert [warning.field for warning in warned.warnings] == ["response_format"]
    assert b"response_format" not in warned.draft.body
    assert b"response_format" in codec(always_base64=False).encode(asked).draft.body
    with pytest.raises(InvalidInput, match="no picture"):
        codec().encode(ImageEditRequest(prompt="p", images=()))


def test_pictures_come_back() -> None:
    body = json.dumps({"created": 1, "data": [{"b64_json": "QQ=="}]}).encode()
    answer = codec().encode(ImageEditRequest(prompt="p", images=(PNG,))).decode(Reply(status=200, body=body))
    assert answer.images[0].source.data == "QQ=="


def test_a_callers_form_is_read() -> None:
    second = FormPart(name="image[]", data=b"more", filename="b.webp", content_type="image/webp")
    mask = FormPart(name="mask", data=b"mask", filename="m.png", content_type="image/png")
    fields = [text("model", "m"), text("n", "3"), text("quality", "low"), text("x[]", "1"), text("x[]", "2")]
    asked = parse_image_edit(*form(IMAGE, second, mask, PROMPT, *fields, text("y", "z")))
    assert (asked.model, asked.n, asked.quality, asked.prompt) == ("m", 3, "low", "a hat")
    assert [image.data for image in asked.images] == [b"pixels", b"more"]
    assert asked.mask is not None
    assert asked.mask.data == b"mask"
    assert asked.extra == {"x[]": ["1", "2"], "y": "z"}


@pytest.mark.parametrize(
    ("parts", "param"),
    [
        ((PROMPT,), "image"),
        ((IMAGE,), "prompt"),
        ((IMAGE, PROMPT, PROMPT), "prompt"),
        ((IMAGE, PROMPT, text("n", "two")), "n"),
        ((IMAGE, PROMPT, text("n", "-1")), "n"),
        ((IMAGE, PROMPT, text("n", "9" * 5000)), "n"),
        ((IMAGE, PROMPT, text("output_compression", "1.5")), "output_compression"),
        ((IMAGE, PROMPT, text("stream", "true")), "stream"),
        ((IMAGE, PROMPT, text("mask", "no file")), "mask"),
        ((text("image", "no file"), PROMPT), "image"),
        ((IMAGE, PROMPT, FormPart(name="quality", data=b"\xff")), "quality"),
        ((IMAGE, PROMPT, FormPart(name="x", data=b"\xff")), "x"),
        ((IMAGE, PROMPT, text("x", "1"), text("x", "2")), "x"),
        ((IMAGE, PROMPT, FormPart(name="attachment", data=b"", filename="a")), "attachment"),
    ],
)
def test_a_bad_form_names_the_field(parts: tuple[FormPart, ...], param: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_image_edit(*form(*parts))
    assert caught.value.param == param


def test_a_form_that_is_none() -> None:
    for content_type, body in (("application/json", b"{}"), ("multipart/form-data", b""), (form(IMAGE)[0], b"--")):
        with pytest.raises(InvalidInput):
            parse_image_edit(content_type, body)
