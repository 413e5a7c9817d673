"""Where uploads are kept: memory for small ones, a file without a name for the rest, and nothing after the end."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from accord.core.blob import whole
from accord.gateway.spool import IN_MEMORY, Kept, Spool
from accord.gateway.upload import Upload

FORM = "multipart/form-data; boundary=edge"


def part(name: str, data: bytes, more: str = "") -> bytes:
    return f'--edge\r\ncontent-disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + data + b"\r\n"


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY])
def test_what_is_written_is_read_as_often_as_wanted(size: int) -> None:
    data = os.urandom(size)
    spool = Spool()
    for at in range(0, size, 100_000):
        spool.write(data[at : at + 100_000])
    assert spool.in_memory is (size <= IN_MEMORY)
    kept = Kept(spool, 0, size, b"")
    one, other = kept.pieces(), kept.pieces()
    assert b"".join([piece for pair in zip(one, other, strict=True) for piece in pair[:1]]) == data
    assert whole(Kept(spool, size // 2, size - size // 2, b"")) == data[size // 2 :]
    spool.close()
    spool.close()


def test_the_file_has_no_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spool = Spool()
    spool.write(bytes(2 * IN_MEMORY))
    assert list(tmp_path.iterdir()) == []
    spool.close()


def test_nothing_is_read_after_the_end() -> None:
    # The number of a closed file may be another file's by then.
    spool = Spool()
    spool.write(bytes(2 * IN_MEMORY))
    pieces = Kept(spool, 0, spool.size, b"").pieces()
    assert next(pieces)
    spool.close()
    with pytest.raises(OSError, match="over"):
        next(pieces)


def test_a_small_form_is_in_memory() -> None:
    upload = Upload(FORM)
    assert upload.feed(part("model", b"m") + part("file", b"sound", '; filename="a.mp3"') + b"--edge--") is None
    assert upload.end() is None
    assert [(one.name, one.data) for one in upload.parts] == [("model", b"m"), ("file", b"sound")]
    assert upload.told() == b"model=m\nfile=<a.mp3, 5 bytes>"


def test_a_large_form_is_not() -> None:
    upload = Upload(FORM)
    body = part("file", bytes(2 * IN_MEMORY), '; filename="a.mp3"') + part("model", b"m") + b"--edge--"
    for at in range(0, len(body), 65536):
        assert upload.feed(body[at : at + 65536]) is None
    assert upload.end() is None
    file, model = upload.parts
    assert isinstance(file.data, Kept)
    assert (file.data.size, whole(model.data)) == (2 * IN_MEMORY, b"m")
    upload.close()


def test_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**options: Any) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("accord.gateway.spool.TemporaryFile", full)
    upload = Upload(FORM)
    error = upload.feed(part("file", bytes(2 * IN_MEMORY), '; filename="a.mp3"'))
    assert error is not None
    assert getattr(error, "status", None) == 507


async def test_no_room_is_told_to_the_caller(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.gateway.spool.IN_MEMORY", 10)

    def full(**options: Any) -> object:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("accord.gateway.spool.TemporaryFile", full)
    body = part("file", bytes(1000), '; filename="a.mp3"')
    got = await gateway.answering().call("/v1/audio/transcriptions", body, content_type=FORM)
    assert got.status == 507
    assert "no room" in got.json["error"]["message"]
