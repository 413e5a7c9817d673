"""The targets behind a public name, and those that stand in for them, become a group."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from accord.engine.group import Group, RoutePolicy
from accord.engine.member import Member
from accord.engine.standings import Standings
from accord.engine.target import Target
from accord.gateway.config import ModelSettings, TargetSettings
from accord.gateway.config.check import names_for
from accord.policy.balance import FROM_THE_START
from accord.policy.fault import WAYS, Opening, Way
from accord.policy.standing import Load

FindTarget = Callable[[str, str], Target]
"""The target of a provider's name and an upstream model."""

TIERS = 1000
"""Stand-ins come after all of a name's own tiers: they are counted from here, a thousand for each name."""


class Grouping:
    """Builds groups of the configured names."""

    def __init__(self, models: Mapping[str, ModelSettings], find: FindTarget, standings: Standings) -> None:
        """`standings` outlive a reload."""
        self._models = models
        self._find = find
        self._standings = standings

    def group(self, name: str, settings: ModelSettings, matched: str, configured: str) -> Group:
        """The group of a public name; `configured` is the pattern it fits, and `matched` what the `*` of that stands for;
        else both are the name.
        """
        members: dict[str, Member] = {}
        for member in self._members(name, settings, matched, configured):
            known = members.setdefault(member.name, member)
            # Named for several causes, or from the beginning and for one: it keeps its place, and is asked after each.
            ways = tuple(dict.fromkeys((*known.ways, *member.ways)))
            members[member.name] = msgspec.structs.replace(known, ways=ways)
        return Group(name, list(members.values()), _policy(settings), self._standings, configured=configured)

    def upstream(self, name: str, target: TargetSettings, matched: str) -> Target:
        """Who answers for one entry of `targets`."""
        return self._find(target.provider, target.model.replace("*", matched) if target.model else name)

    def _members(self, name: str, settings: ModelSettings, matched: str, configured: str) -> Iterator[Member]:
        for target in settings.targets:
            asked = target.model or configured
            pattern = f"{target.provider}/{asked}" if "*" in asked else ""
            member = self._member(name, target, matched, tier=target.tier, ways=FROM_THE_START)
            yield msgspec.structs.replace(member, pattern=pattern) if pattern else member
        for place, (way, stand_in) in enumerate(self._stand_ins(configured, settings), start=1):
            for target in self._entries(stand_in):
                yield self._member(stand_in, target, stand_in, tier=place * TIERS + target.tier, ways=(way,))

    def _stand_ins(self, name: str, settings: ModelSettings) -> Iterator[tuple[Way, str]]:
        """Who stands in after what: the names under `fallback`, then those that stand in for these after the same."""
        for way in WAYS:
            found = list(names_for(way, settings.fallback))
            for stand_in in found:
                following = self._models.get(stand_in)
                more = names_for(way, following.fallback) if following is not None else ()
                # What is appended is gone through as well.
                found += [one for one in more if one not in found and one != name]
            for stand_in in found:
                yield way, stand_in

    def _entries(self, stand_in: str) -> tuple[TargetSettings, ...]:
        settings = self._models.get(stand_in)
        if settings is not None:
            return settings.targets
        provider, _, model = stand_in.partition("/")
        return (TargetSettings(provider=provider, model=model),)

    def _member(
        self, name: str, target: TargetSettings, matched: str, *, tier: int, ways: tuple[Opening, ...]
    ) -> Member:
        return Member(
            target=self.upstream(name, target, matched),
            weight=target.weight,
            tier=tier,
            ways=ways,
            region=target.region,
            tags=target.tags,
            limits=target.limits,
            load=Load(concurrency=target.concurrency, queue=target.queue, adaptive=target.adaptive),
        )


def _policy(settings: ModelSettings) -> RoutePolicy:
    return RoutePolicy(
        strategy=settings.strategy,
        retries=settings.retries,
        repeat_unsure=settings.repeat_unsure,
        timeouts=settings.timeouts,
        backoff=settings.backoff,
        breaker=settings.breaker,
        budget=settings.budget,
        ejection=settings.ejection,
        hedge=settings.hedge,
        continue_interrupted=settings.continue_interrupted,
    )
