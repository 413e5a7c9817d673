"""Public model names, and how their targets share the calls."""

from typing import Annotated

import msgspec
from msgspec import Meta

from accord.core.http import Timeouts
from accord.core.route import Strategy
from accord.gateway.config.base import Settings
from accord.policy.adaptive import AdaptiveRule
from accord.policy.backoff import Backoff
from accord.policy.breaker import BreakerRule
from accord.policy.ejection import EjectionRule
from accord.policy.hedge import HedgeRule
from accord.policy.limit import Limits
from accord.policy.retry_budget import RetryBudgetRule


class TargetSettings(Settings, frozen=True, kw_only=True):
    """Who answers for a public model name."""

    provider: Annotated[str, Meta(description="A name from `providers`.")]
    model: Annotated[
        str,
        Meta(
            description="The model's name at the provider. Left out: the name that was asked for. A `*` in it stands "
            "for what the `*` of the public name matched."
        ),
    ] = ""
    weight: Annotated[
        float, Meta(ge=0, description="Its share beside the others of its tier; 0 is asked when no other can be.")
    ] = 1.0
    tier: Annotated[int, Meta(ge=0, le=999, description="Targets of a lower tier are asked first.")] = 0
    region: Annotated[str | None, Meta(description="Where it is, for requests that ask for a region.")] = None
    tags: Annotated[tuple[str, ...], Meta(description="Words that requests can ask for.")] = ()
    limits: Annotated[Limits, Meta(description="What may be used of it, over all workers.")] = Limits()
    concurrency: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Calls it carries at a time, in each worker.")
    ] = None
    queue: Annotated[
        int, Meta(ge=0, description="Calls that may wait for it, in each worker; more are told when to come back.")
    ] = 100
    adaptive: Annotated[
        AdaptiveRule | None,
        Meta(description="Finds out how many calls at a time it can take, see [AdaptiveRule](#adaptiverule)."),
    ] = None


class FallbackSettings(Settings, frozen=True, kw_only=True):
    """Who else may answer, by what went wrong: public names, or `<provider>/<upstream model>`, in order."""

    general: Annotated[tuple[str, ...], Meta(description="After any failure that another target may not share.")] = ()
    context: Annotated[tuple[str, ...], Meta(description="After the conversation was too long for a window.")] = ()
    content_filter: Annotated[tuple[str, ...], Meta(description="After a provider's safety system refused it.")] = ()
    quota: Annotated[tuple[str, ...], Meta(description="After an account had no money or allowance left.")] = ()


class ShadowSettings(Settings, frozen=True, kw_only=True):
    """A target that gets a copy of some requests. Its answers are recorded in metrics and log, and go to nobody."""

    provider: Annotated[str, Meta(description="A name from `providers`.")]
    model: Annotated[str, Meta(min_length=1, description="The model's name at the provider.")]
    share: Annotated[float, Meta(gt=0, le=1, description="The share of requests that are copied.")]


class ModelSettings(Settings, frozen=True, kw_only=True):
    """A public model name. `*` in the name makes it a pattern."""

    targets: Annotated[tuple[TargetSettings, ...], Meta(min_length=1, description="Who answers.")]
    strategy: Annotated[Strategy, Meta(description="How one of several targets is picked.")] = "weighted"
    retries: Annotated[
        Annotated[int, Meta(ge=0, le=20)] | None,
        Meta(
            description="Requests after the first, at most, wherever they go. Left out: the provider's own for one "
            "target, as many as there are targets (2 at least) for several."
        ),
    ] = None
    repeat_unsure: Annotated[
        bool,
        Meta(
            description="Whether another target is asked after a timeout or a broken connection that leaves open "
            "whether the first request is billed."
        ),
    ] = True
    timeouts: Annotated[Timeouts | None, Meta(description="In place of the providers' own.")] = None
    fallback: FallbackSettings = FallbackSettings()
    backoff: Annotated[Backoff, Meta(description="How long to wait before another round.")] = Backoff()
    budget: Annotated[RetryBudgetRule, Meta(description="How many repeats all calls together may make.")] = (
        RetryBudgetRule()
    )
    breaker: Annotated[BreakerRule, Meta(description="When a target is no longer asked.")] = BreakerRule()
    ejection: Annotated[EjectionRule, Meta(description="When a target does worse than its peers.")] = EjectionRule()
    hedge: Annotated[
        HedgeRule | None, Meta(description="Asks a second target while the first is slow, see [HedgeRule](#hedgerule).")
    ] = None
    continue_interrupted: Annotated[
        bool,
        Meta(
            description="Whether a streamed text that breaks off goes on at a target that can continue it. Both "
            "requests are billed."
        ),
    ] = False
    shadow: ShadowSettings | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there is one target and nothing to decide."""
        return (
            len(self.targets) == 1
            and msgspec.structs.replace(self, targets=_ANYBODY) == _PLAIN
            and _bare(self.targets[0])
        )


_ANYBODY = (TargetSettings(provider=""),)
_PLAIN = ModelSettings(targets=_ANYBODY)


def _bare(target: TargetSettings) -> bool:
    return target == TargetSettings(provider=target.provider, model=target.model)
