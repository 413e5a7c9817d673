"""Pictures and documents given by address become data, for a target that takes no addresses.

It happens before a request is written, once for all attempts of a call, within the call's deadline. A fetch is no
attempt: nobody is asked to answer, and nothing is billed.
"""

from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from accord.core.error import InvalidInput, timed_out
from accord.core.fetch import FetchMedia, RemoteFile
from accord.core.part import Audio, File, Image, Media
from accord.core.request import ChatRequest
from accord.dialects.remote import Remote, with_data
from accord.flows.effect import Fetch, Fetched, Flow, NotFetched
from accord.flows.file_type import type_of

_PDF = "application/pdf"
_EARLY = 0.005
"""Seconds by which an event loop may ring before the time."""


class Inlined(msgspec.Struct, frozen=True, kw_only=True):
    """A request as its target takes it."""

    request: ChatRequest
    at: float
    """When it was ready, on the runner's clock: what follows is timed from here."""


def inlined(
    request: ChatRequest,
    remotes: Sequence[Remote],
    limits: FetchMedia,
    deadline: float | None,
    *,
    now: float,
    known: dict[Media, Media],
) -> Flow[Inlined]:
    """The request with the bytes of `remotes` in place of their addresses.

    What was fetched for an earlier attempt of the call is in `known`, and what is fetched now is put there.

    Raises `InvalidInput` naming the field and the host of what cannot be had, and `TimedOut` where that took all the time
    the call had.
    """
    missing = [remote for remote in remotes if remote.part.source not in known]
    if missing:
        now = yield from _fetched(missing, limits, deadline, known)
    return Inlined(request=with_data(request, known), at=now)


def _fetched(
    remotes: Sequence[Remote], limits: FetchMedia, deadline: float | None, known: dict[Media, Media]
) -> Flow[float]:
    """Fetches what is missing. When that was done."""
    urls = tuple(dict.fromkeys([remote.url for remote in remotes]))
    if len(urls) > limits.max_files:
        why = f"at most {limits.max_files} files are fetched for one request, and it has {len(urls)}"
        raise _refused(_first(remotes, urls[limits.max_files]), why)
    result = yield Fetch(urls=urls, limits=limits, deadline=deadline)
    if isinstance(result, NotFetched):
        if deadline is not None and result.at >= deadline - _EARLY:
            raise timed_out("the time for the call ran out while its files were fetched", sent="no", phase="deadline")
        raise _refused(_first(remotes, urls[result.index]), result.why)
    assert isinstance(result, Fetched)
    files = dict(zip(urls, result.files, strict=True))
    known.update({remote.part.source: _data(remote, files[remote.url]) for remote in remotes})
    return result.at


def host_of(url: str) -> str:
    """The host of an address: the only part of it that may be shown, since the rest may let its reader in."""
    try:
        return urlsplit(url).hostname or "no host"
    except ValueError:
        return "no host"


def _data(remote: Remote, file: RemoteFile) -> Media:
    media_type = type_of(file.body, file.content_type)
    wanted, word = _wanted(remote)
    if not (media_type or "").startswith(wanted):
        raise _refused(remote, f"what is there is no {word}" + (f" but {media_type}" if media_type else ""))
    if not file.body:
        raise _refused(remote, "what is there is empty")
    return Media(data=b64encode(file.body).decode("ascii"), media_type=media_type or remote.part.source.media_type)


def _wanted(remote: Remote) -> tuple[str, str]:
    """How the type of what was asked for begins, and the word for it. An error page must not go as a picture or PDF."""
    match remote.part:
        case Image():
            return "image/", "picture"
        case Audio():
            return "audio/", "sound"
        case File(source=source):
            is_pdf = source.media_type == _PDF or urlsplit(remote.url).path.lower().endswith(".pdf")
            return (_PDF, "PDF") if is_pdf else ("", "file")


def _first(remotes: Sequence[Remote], url: str) -> Remote:
    return next(remote for remote in remotes if remote.url == url)


def _refused(remote: Remote, why: str) -> InvalidInput:
    return InvalidInput(
        f"`{remote.path}`: the file at {host_of(remote.url)[:200]} cannot be sent: {why}", param=remote.path
    )
