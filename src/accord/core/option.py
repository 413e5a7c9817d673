"""How a call is made. One frozen value, accepted by clients (for all calls) and by calls."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec

from accord.core.fetch import FetchMedia
from accord.core.http import Timeouts
from accord.core.json import JsonObject
from accord.core.route import RouteWish

OnUnsupported: TypeAlias = Literal["error", "drop"]
"""What to do with a field that the target has no equivalent for: refuse before sending, or leave out with a warning."""

DEFAULT_TIMEOUTS = Timeouts()
"""The timeouts of every call, library and gateway, that does not set its own."""

DEFAULT_FETCH_MEDIA = FetchMedia()
"""How files given by address are fetched for targets that take none, in the library, unless set. The gateway does not."""

DEFAULT_RETRIES = 2
"""How often a failed request is repeated where it is safe to, library and gateway, unless set."""


class Options(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a call is made. `None` leaves the decision to the next level: call, then client, then provider, then default."""

    timeouts: Timeouts | None = None
    retries: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """How often a failed request may be repeated; 0 is exactly one request on the wire (promise 5)."""
    on_unsupported: OnUnsupported | None = None
    fetch_media: FetchMedia | bool | None = None
    """Whether and how pictures and documents given by address are fetched for a target that takes none; `True` is with
    the limits of `FetchMedia()`, `False` refuses them before anything is sent."""
    headers: Mapping[str, str] = {}
    """Sent with the request, over the provider's own."""
    route: RouteWish | None = None
    """What is wanted of the choice between several targets, for routers."""
    extra_body: JsonObject = {}
    """Members put into a JSON body as they are, over what Accord wrote: for fields newer than this version."""

    def over(self, other: "Options") -> "Options":
        """These options, with `other` where they leave something open."""
        return Options(
            timeouts=self.timeouts or other.timeouts,
            retries=self.retries if self.retries is not None else other.retries,
            on_unsupported=self.on_unsupported or other.on_unsupported,
            fetch_media=self.fetch_media if self.fetch_media is not None else other.fetch_media,
            route=self.route or other.route,
            headers={**other.headers, **self.headers},
            extra_body={**other.extra_body, **self.extra_body},
        )
