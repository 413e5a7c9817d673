"""Forms are read while they arrive: any split alike, nothing that two readers could read in two ways, and bounds on everything."""

from email.message import Message
from email.parser import BytesParser
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.blob import beginning, size_of, whole
from accord.core.error import InvalidInput
from accord.core.joined import Joined, digest_of
from accord.dialects.openai_endpoints.form_reader import MAX_HEAD, MAX_PARTS, FormReader, PartHead
from accord.dialects.openai_endpoints.multipart import FormPart, read_form, text_of, write_form

TYPE = "multipart/form-data; boundary=edge"
NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters='"\r\n\x00', exclude_categories=("Cs", "Cc")), max_size=9
)
TRICKY = st.sampled_from([b"\r\n--", b"--accord-", b"\r\n", b"\r", b"--", b"\r\n\r\n", b"", b"x"])
DATA = st.lists(st.one_of(TRICKY, st.binary(max_size=20)), max_size=8).map(b"".join)
PARTS = st.lists(
    st.builds(FormPart, name=NAMES, data=DATA, filename=st.none() | NAMES, content_type=st.none() | st.just("a/b")),
    min_size=1,
    max_size=5,
)


class Taken:
    def __init__(self) -> None:
        self.parts: list[tuple[PartHead, bytes]] = []
        self.longest = 0

    def begin(self, head: PartHead) -> None:
        self.parts.append((head, b""))

    def take(self, data: bytes) -> None:
        assert data
        self.longest = max(self.longest, len(data))
        head, before = self.parts.pop()
        self.parts.append((head, before + data))

    def finish(self) -> None:
        pass


def read(content_type: str, body: bytes, cuts: list[int]) -> list[tuple[PartHead, bytes]]:
    taken = Taken()
    reader = FormReader(content_type, taken)
    places = sorted({0, len(body), *[cut % (len(body) + 1) for cut in cuts]})
    for begin, end in pairwise(places):
        reader.feed(body[begin:end])
    reader.end()
    return taken.parts


@given(PARTS, st.lists(st.integers(0, 2000), max_size=30))
def test_what_was_written_is_read_whatever_the_split(parts: list[FormPart], cuts: list[int]) -> None:
    content_type, body = write_form(parts)
    told = [(part.name, part.filename, part.content_type, whole(part.data)) for part in parts]
    found = read(content_type, whole(body), cuts)
    assert [(head.name, head.filename, head.content_type, data) for head, data in found] == told


@given(PARTS)
def test_another_reader_reads_the_same(parts: list[FormPart]) -> None:
    content_type, body = write_form(parts)
    parsed = BytesParser().parsebytes(b"content-type: " + content_type.encode() + b"\r\n\r\n" + whole(body))
    payloads = [part.get_payload(decode=True) for part in parsed.walk() if not part.is_multipart()]
    assert all(isinstance(part, Message) for part in parsed.walk())
    assert payloads == [data for _, data in read(content_type, whole(body), [])]


@given(PARTS, st.integers(0, 5000))
def test_a_cut_form_is_no_form(parts: list[FormPart], length: int) -> None:
    content_type, body = write_form(parts)
    # The last line break may be missing, as from some clients.
    cut = whole(body)[: min(length, size_of(body) - 3)]
    with pytest.raises(InvalidInput, match="cut off"):
        read(content_type, cut, [])


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=10))
def test_anything_else_is_refused_alike_whatever_the_split(body: bytes, cuts: list[int]) -> None:
    def outcome(at: list[int]) -> object:
        try:
            return read(TYPE, b"--edge" + body, at)
        except InvalidInput as error:
            return error.message

    assert outcome([]) == outcome(cuts) == outcome(list(range(310)))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"hello --edge--", "does not begin"),
        (b"\r\n--edge--", "does not begin"),
        (b"--edge", "cut off"),
        (b"--edgeling\r\n", "goes on"),
        (b"--edge" + b" " * 300 + b"\r\n", "goes on"),
        (b"--edge\r\ncontent-disposition: form-data\r\n\r\nx\r\n--edge--", "no name"),
        (b"--edge\r\n\r\nx\r\n--edge--", "no name"),
        (b"--edge\r\nx: " + b"y" * MAX_HEAD, "head of more than"),
        (b'--edge\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n' * (MAX_PARTS + 1), "more than 1000 parts"),
    ],
)
def test_hostile_forms(body: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read(TYPE, body, [])


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "text/plain; boundary=a", "", "x boundary=a"],
)
def test_what_is_no_form(content_type: str) -> None:
    with pytest.raises(InvalidInput, match="takes multipart/form-data with a boundary"):
        FormReader(content_type, Taken())


@pytest.mark.parametrize(
    "content_type", ['multipart/form-data; boundary="edge"', "Multipart/Form-Data;charset=x;BOUNDARY=edge"]
)
def test_spellings_of_the_boundary(content_type: str) -> None:
    assert read_form(
        content_type, b'--edge \t\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n--edge-- more'
    ) == [FormPart(name="a", data=b"x")]


def test_a_name_is_not_taken_for_a_file_name() -> None:
    (part,) = read_form(TYPE, b'--edge\r\ncontent-disposition: form-data; filename="f"; name="a"\r\n\r\nx\r\n--edge--')
    assert (part.name, part.filename) == ("a", "f")


def test_little_is_held_back() -> None:
    taken = Taken()
    reader = FormReader(TYPE, taken)
    reader.feed(b'--edge\r\ncontent-disposition: form-data; name="a"\r\n\r\n')
    reader.feed(bytes(100_000))
    assert taken.longest > 100_000 - 20


def test_fields_are_texts() -> None:
    assert text_of(FormPart(name="a", data=b"x")) == "x"
    with pytest.raises(InvalidInput, match="not valid UTF-8"):
        text_of(FormPart(name="a", data=b"\xff"))
    with pytest.raises(InvalidInput, match="longer than"):
        text_of(FormPart(name="a", data=bytes(2 << 20)))


class Elsewhere:
    """A blob of bytes that are in memory after all."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)
        self.digest = digest_of(data)

    def pieces(self):  # type: ignore[no-untyped-def]
        for at in range(0, len(self._data), 7):
            yield self._data[at : at + 7]


def test_a_form_of_files_elsewhere_is_the_same_form() -> None:
    data = b"some file" * 20
    here = [FormPart(name="model", data=b"m"), FormPart(name="file", data=data, filename="a")]
    there = [here[0], FormPart(name="file", data=Elsewhere(data), filename="a")]
    content_type, body = write_form(there)
    assert (content_type, whole(body)) == write_form(here)
    assert isinstance(body, Joined)
    assert size_of(body) == len(whole(body))
    assert whole(body) == whole(body)
    assert all(body.pieces())
    assert beginning(body, 10) == whole(body)[:10]
    assert body.digest != Joined([Elsewhere(b"other")]).digest


def test_heads_are_read_in_a_time_that_grows_with_their_length() -> None:
    head = b'content-disposition: form-data; name="a"\r\ncontent-type: a' + b" " * (MAX_HEAD - 100) + b"b"
    form = b"--edge\r\n" + head + b"\r\n\r\nx\r\n--edge--"
    before = process_time()
    (part,) = read_form(TYPE, form)
    assert process_time() - before < 0.1
    assert part.name == "a"
