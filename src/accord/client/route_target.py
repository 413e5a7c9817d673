"""The targets of a router, as its user writes them."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from accord.client.address import AddressBook
from accord.core.checked import Checked
from accord.core.error import ConfigError, InvalidInput
from accord.core.option import Options
from accord.core.route import ANY
from accord.engine.group import Group, RoutePolicy
from accord.engine.member import Member
from accord.engine.standings import Standings
from accord.engine.target import Target
from accord.policy.balance import FROM_THE_START
from accord.policy.fault import Way
from accord.policy.limit import Limits
from accord.policy.standing import Load
from accord.providers.base import ProviderBase


class RouteTarget(Checked, frozen=True, kw_only=True, omit_defaults=True):
    """One of several targets that may answer."""

    model: str
    """`provider/model`, with the key from the environment; the bare model where `provider` is given."""
    provider: ProviderBase | None = None
    name: str | None = None
    """What attempts and records call the provider; its type, if not given. Two accounts need two names."""
    weight: Annotated[float, Meta(ge=0)] = 1.0
    """Its share beside the others of its tier; 0 is asked only when no other can be."""
    tier: Annotated[int, Meta(ge=0)] = 0
    """Targets of a lower tier are asked first."""
    way: Way | None = None
    """Asked only after a failure of that kind: `context` (the window was too small), `content_filter`, `quota`, or
    `general` (any failure that another target may not share)."""
    region: str | None = None
    tags: tuple[str, ...] = ()
    limits: Limits = Limits()
    load: Load = Load()


def group_of(
    targets: Sequence[RouteTarget | str], policy: RoutePolicy, environ: Mapping[str, str] | None, name: str
) -> Group:
    """The group of these targets. Raises `ConfigError` naming the one that is wrong."""
    if isinstance(targets, str) or not targets:
        raise ConfigError('a router is made of targets: Router(["openai/gpt-5.4-mini", "anthropic/claude-haiku-4-5"])')
    book = AddressBook(None, None, environ)
    members = [_member(book, RouteTarget(model=target) if isinstance(target, str) else target) for target in targets]
    try:
        return Group(name, members, policy, Standings())
    except ValueError as error:
        raise ConfigError(f"the targets of this router are wrong: {error}") from None


def _member(book: AddressBook, target: RouteTarget) -> Member:
    return Member(
        target=_target(book, target),
        weight=target.weight,
        tier=target.tier,
        ways=FROM_THE_START if target.way is None else (target.way,),
        region=target.region,
        tags=target.tags,
        limits=target.limits,
        load=target.load,
    )


def _target(book: AddressBook, target: RouteTarget) -> Target:
    if target.provider is not None:
        return Target(target.name or target.provider.type, target.provider, target.model)
    found = book.target(target.model)
    return found if target.name is None else Target(target.name, found.provider, found.model)


def aimed(group: Group, model: str, options: Options) -> Options:
    """The options of a call that names one of the targets: it alone may answer then. Raises `InvalidInput`."""
    if not model or model == group.name:
        return options
    if model not in group.members:
        raise InvalidInput(
            f"{model!r} is none of this router's targets: leave the model out, or name {' or '.join(group.members)}",
            param="model",
        )
    route = msgspec.structs.replace(options.route or ANY, target=model)
    return msgspec.structs.replace(options, route=route)
