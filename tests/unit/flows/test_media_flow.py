from base64 import b64decode, b64encode

import pytest

from accord.core.error import InvalidInput, TimedOut
from accord.core.fetch import FetchMedia, RemoteFile
from accord.core.message import tool_result, user
from accord.core.part import Audio, File, Image, Media, Text, ToolResult
from accord.core.request import ChatRequest
from accord.dialects.remote import MediaPart, unread
from accord.flows.effect import Fetch, Fetched, NotFetched
from accord.flows.file_type import type_of
from accord.flows.media import Inlined, inlined

PNG = b"\x89PNG\r\n\x1a\n...."
PDF = b"%PDF-1.7 ..."
MP3 = b"ID3\x04..."
URL = "https://files.example/a.png?sig=secret"


def asked(*parts: MediaPart | Text) -> ChatRequest:
    return ChatRequest(messages=(user("Hello"), user(list(parts))))


def run(request: ChatRequest, *files: RemoteFile) -> tuple[Fetch, ChatRequest]:
    flow = inlined(request, unread(request, lambda part: False), FetchMedia(), 30.0, now=1.0, known={})
    effect = next(flow)
    assert isinstance(effect, Fetch)
    with pytest.raises(StopIteration) as done:
        flow.send(Fetched(files=files, at=5.0))
    found: Inlined = done.value.value
    assert found.at == 5.0
    return effect, found.request


def picture(body: bytes = PNG, content_type: str | None = "image/png") -> RemoteFile:
    return RemoteFile(body=body, content_type=content_type)


def test_addresses_become_data_in_their_places() -> None:
    here = Image(source=Media(data="AAAA", media_type="image/png"))
    request = ChatRequest(
        messages=(
            user([Text(text="Look"), Image(source=Media(url=URL), detail="low"), here]),
            tool_result("c", [Text(text="x"), Image(source=Media(url="http://b.example/b"))]),
            user([File(source=Media(url="https://c.example/c", media_type="text/csv"), filename="c.csv")]),
            user([File(source=Media(url="gs://bucket/d")), File(source=Media(file_id="file-1"))]),
        )
    )
    effect, found = run(request, picture(), picture(b"GIF89a.."), picture(b"a,b", "text/csv; charset=utf-8"))
    assert effect.urls == (URL, "http://b.example/b", "https://c.example/c")
    assert (effect.deadline, effect.limits) == (30.0, FetchMedia())
    one = found.messages[0].parts
    assert one[0] == Text(text="Look")
    assert one[1] == Image(source=Media(data=b64encode(PNG).decode(), media_type="image/png"), detail="low")
    assert one[2] == here
    result = found.messages[1].parts[0]
    assert isinstance(result, ToolResult)
    assert isinstance(result.content[1], Image)
    assert result.content[1].source.media_type == "image/gif"
    csv = found.messages[2].parts[0]
    assert isinstance(csv, File)
    assert csv.filename == "c.csv"
    assert csv.source.media_type == "text/csv"
    assert b64decode(csv.source.data or "") == b"a,b"
    assert found.messages[3] == request.messages[3]


def test_the_same_address_is_fetched_once() -> None:
    request = asked(Image(source=Media(url=URL)), File(source=Media(url=URL)), Image(source=Media(url=URL)))
    effect, found = run(request, picture())
    assert effect.urls == (URL,)
    assert all(isinstance(part, Image | File) and part.source.data for part in found.messages[1].parts)


def test_what_is_known_is_not_fetched_again() -> None:
    first = asked(Image(source=Media(url=URL)))
    more = asked(Image(source=Media(url=URL)), Image(source=Media(url="https://b.example/b")))
    known: dict[Media, Media] = {}
    flow = inlined(first, unread(first, lambda part: False), FetchMedia(), None, now=1.0, known=known)
    next(flow)
    with pytest.raises(StopIteration):
        flow.send(Fetched(files=(picture(),), at=2.0))
    again = inlined(first, unread(first, lambda part: False), FetchMedia(), None, now=3.0, known=known)
    with pytest.raises(StopIteration) as done:
        next(again)
    found: Inlined = done.value.value
    assert found.at == 3.0
    part = found.request.messages[1].parts[0]
    assert isinstance(part, Image)
    assert part.source.data == b64encode(PNG).decode()
    rest = inlined(more, unread(more, lambda part: False), FetchMedia(), None, now=4.0, known=known)
    effect = next(rest)
    assert isinstance(effect, Fetch)
    assert effect.urls == ("https://b.example/b",)


@pytest.mark.parametrize(
    ("part", "file", "why"),
    [
        (Image(source=Media(url=URL)), picture(b"<html>"), "what is there is no picture"),
        (Image(source=Media(url=URL)), picture(b"<html>", "text/html"), "is no picture but text/html"),
        (Image(source=Media(url=URL)), picture(PDF), "is no picture but application/pdf"),
        (Image(source=Media(url=URL)), picture(b"<svg/>", "image/svg+xml"), "what is there is no picture"),
        (Image(source=Media(url=URL)), picture(b""), "what is there is no picture"),
        (Audio(source=Media(url=URL)), picture(), "is no sound but image/png"),
        (File(source=Media(url=URL)), picture(b"", "text/plain"), "what is there is empty"),
        (File(source=Media(url=URL, media_type="application/pdf")), picture(b"<", "text/html"), "no PDF but text/html"),
        (File(source=Media(url="https://files.example/A.PDF?sig=secret")), picture(b"<", None), "is no PDF"),
    ],
)
def test_what_is_something_else_is_refused(part: MediaPart, file: RemoteFile, why: str) -> None:
    request = asked(Text(text="x"), part)
    flow = inlined(request, unread(request, lambda part: False), FetchMedia(), None, now=1.0, known={})
    next(flow)
    with pytest.raises(InvalidInput, match=why) as caught:
        flow.send(Fetched(files=(file,), at=1.0))
    assert caught.value.param == "messages[1].parts[1].source.url"
    assert "`messages[1].parts[1].source.url`: the file at files.example cannot be sent" in caught.value.message
    assert "secret" not in caught.value.message


def test_a_file_that_cannot_be_had_is_named_by_its_field() -> None:
    request = asked(Image(source=Media(url="https://a.example/a")), Image(source=Media(url=URL)))
    flow = inlined(request, unread(request, lambda part: False), FetchMedia(), 30.0, now=1.0, known={})
    next(flow)
    with pytest.raises(InvalidInput) as caught:
        flow.send(NotFetched(index=1, why="files.example answered with status 403", at=4.0))
    assert caught.value.param == "messages[1].parts[1].source.url"
    assert caught.value.message == (
        "`messages[1].parts[1].source.url`: the file at files.example cannot be sent: "
        "files.example answered with status 403"
    )


def test_the_time_of_the_call_is_the_calls_and_no_fault_of_the_file() -> None:
    request = asked(Image(source=Media(url=URL)))
    flow = inlined(request, unread(request, lambda part: False), FetchMedia(), 30.0, now=1.0, known={})
    next(flow)
    with pytest.raises(TimedOut) as caught:
        flow.send(NotFetched(index=0, why="it was not there in time", at=30.0))
    assert (caught.value.sent, caught.value.phase) == ("no", "deadline")


def test_too_many_files_are_not_fetched_at_all() -> None:
    parts = [Image(source=Media(url=f"https://a.example/{number}")) for number in range(3)]
    request = asked(*parts)
    flow = inlined(request, unread(request, lambda part: False), FetchMedia(max_files=2), None, now=1.0, known={})
    with pytest.raises(InvalidInput, match="at most 2 files are fetched for one request, and it has 3") as caught:
        next(flow)
    assert caught.value.param == "messages[1].parts[2].source.url"


@pytest.mark.parametrize(
    ("body", "said", "meant"),
    [
        (PNG, "text/html", "image/png"),
        (b"\xff\xd8\xff\xe0", None, "image/jpeg"),
        (b"GIF87a", None, "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", None, "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None, "audio/wav"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video/avi", "video/avi"),
        (b"\x00\x00\x00\x18ftypheic", None, "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", None, "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A ", None, "audio/mp4"),
        (PDF, "application/octet-stream", "application/pdf"),
        (MP3, None, "audio/mpeg"),
        (b"\xff\xfb\x90", None, "audio/mpeg"),
        ("\ufeffText".encode("utf-16-le"), "text/plain", "text/plain"),
        (b"plain", "Text/Plain; charset=x", "text/plain"),
        (b"<html>", "image/png", None),
        (b"<html>", "application/pdf", None),
        (b"anything", "application/octet-stream", None),
        (b"anything", "rubbish", None),
        (b"anything", "text/a,<b>", None),
        (b"anything", 'text/plain";x', None),
        (b"", None, None),
    ],
)
def test_what_a_file_is(body: bytes, said: str | None, meant: str | None) -> None:
    assert type_of(body, said) == meant
