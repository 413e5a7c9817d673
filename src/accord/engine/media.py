"""Whether a conversation has files that must be fetched for its target, and the flow that does it."""

from typing import TYPE_CHECKING

from accord.core.context import RequestContext
from accord.core.error import Unsupported
from accord.core.fetch import FetchMedia
from accord.core.option import DEFAULT_FETCH_MEDIA, Options
from accord.core.part import Media
from accord.core.request import ChatRequest
from accord.dialects.codec import Inbound
from accord.dialects.remote import Remote, has_remote
from accord.engine import later
from accord.engine.prepare import deadline_of
from accord.engine.target import Target
from accord.flows.effect import Flow

if TYPE_CHECKING:
    from accord.flows.media import Inlined


def fetching(
    target: Target,
    request: ChatRequest,
    *,
    options: Options,
    context: RequestContext,
    now: float,
    inbound: Inbound | None = None,
    known: dict[Media, Media] | None = None,
) -> "Flow[Inlined] | None":
    """The flow that gives the request with its files in it; `None` where the target takes it as it is.

    `known` holds what earlier attempts of the same call have fetched, and takes up what this one does.

    Raises `Unsupported` where files would have to be fetched and that is switched off.
    """
    if not has_remote(request):
        return None
    codec = target.chat_codec(inbound.dialect if inbound is not None else None)
    remotes = codec.needs_fetch(request)
    if not remotes or (inbound is not None and codec.forward(inbound) is not None):
        return None
    limits = _limits(options)
    if limits is None:
        if options.on_unsupported == "drop":
            return None  # The codec leaves the parts out, with a warning for each.
        raise _switched_off(target, remotes[0])
    deadline = deadline_of(options.timeouts or target.timeouts, context, now)
    return later.inlined(request, remotes, limits, deadline, now=now, known={} if known is None else known)


def _limits(options: Options) -> FetchMedia | None:
    wanted = options.fetch_media
    if wanted is None or wanted is True:
        return DEFAULT_FETCH_MEDIA
    return None if wanted is False else wanted


def _switched_off(target: Target, remote: Remote) -> Unsupported:
    return Unsupported(
        f"{target.name} ({target.model}) cannot take `{remote.path}`: it does not read this address at "
        f"{later.host_of(remote.url)[:200]}, and fetching is switched off. Send the bytes, or switch it on: "
        "`gateway.fetch_media` of the gateway, `fetch_media` in the library's `Options`.",
        provider=target.name,
        model=target.model,
        operation="chat",
        param=remote.path,
    )
