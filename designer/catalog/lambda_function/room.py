"""The room of AWS::Lambda::Function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ..base import (
    Access,
    Address,
    Cap,
    Context,
    Environments,
    Finding,
    Grant,
    Lognormal,
    Maybe,
    NodeFlow,
    NodeView,
    Parameter,
    Per,
    Resource,
    Site,
    Station,
    Usage,
    get_att,
    law_of_mean,
    ref,
)
from . import export, metering, observations
from .provisioned import cover, erlang_b, on_demand_share
from .rules import (
    ACCOUNT_CONCURRENCY,
    BURST_AT_ONCE,
    BURST_GROWTH,
    CALLED,
    RESERVED,
    RPS_PER_CONCURRENCY,
    SCALING,
    VCPU_MB,
)
from .runtimes import RESTORE_MS, SNAPSTART, init_ms, start_time
from .settings import FunctionSettings


class LambdaFunction(FunctionSettings):
    type: Literal["lambda_function"] = "lambda_function"

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if not self.snapstart:
            return
        where = ("snapstart",)
        if self.package == "Image":
            yield where, "SnapStart takes no container image: deploy a zip archive"
        if not self.runtime.startswith(SNAPSTART):
            yield where, f"SnapStart knows Java, Python and .NET, not {self.runtime}"
        if self.provisioned_concurrency is not None:
            yield where, "SnapStart and provisioned concurrency exclude each other: choose one"
        if self.ephemeral_mb > metering.FREE_EPHEMERAL_MB:
            yield where, f"SnapStart allows 512 MB of /tmp, not {self.ephemeral_mb} MB"

    # ---- Time and concurrency ----

    @property
    def aliased(self) -> bool:
        """Whether callers reach the function by an alias of a version."""
        return self.alias or self.snapstart or self.provisioned_concurrency is not None

    @property
    def cold_start(self) -> Lognormal:
        if self.cold_p50_ms is not None:
            p99_ms = self.cold_p99_ms or 2 * self.cold_p50_ms
            return Lognormal(self.cold_p50_ms / 1000, max(self.cold_p50_ms, p99_ms) / 1000)
        if self.snapstart:
            return Lognormal(RESTORE_MS[0] / 1000, RESTORE_MS[1] / 1000)
        if self.init_p50_ms is not None:
            p99_ms = self.init_p99_ms or 2 * self.init_p50_ms
            return Lognormal(self.init_p50_ms / 1000, max(p99_ms, self.init_p50_ms) / 1000)
        return start_time(
            *init_ms(self.runtime, self.language, self.package, self.architecture, self.memory_mb)
        )

    @property
    def mean_run_s(self) -> float:
        """The handler's mean time at this memory, both versions of an alias together."""
        mean_ms = self.duration_ms
        if self.alias and self.new_version_duration_ms is not None:
            new = self.new_version_ratio
            mean_ms = (1 - new) * mean_ms + new * self.new_version_duration_ms
        if self.measured_at_mb is not None:
            speed = _one_thread(self.memory_mb) / _one_thread(self.measured_at_mb)
            mean_ms *= 1 - self.cpu_bound_ratio + self.cpu_bound_ratio / speed
        return mean_ms / 1000

    @property
    def follows_load(self) -> bool:
        return self.provisioned_concurrency is not None and self.on_demand_ratio is None

    def takes(self) -> Mapping[str, float]:
        if self.reserved_concurrency is None:
            return {}
        return {ACCOUNT_CONCURRENCY.id: float(self.reserved_concurrency)}

    def station(self, ctx: Context) -> Station:
        own = self.reserved_concurrency
        rps = RPS_PER_CONCURRENCY.value
        paces = {
            "function": (SCALING.value / 10, SCALING.value),
            "region": (BURST_GROWTH.value / 60, ctx.value(BURST_AT_ONCE)),
        }
        if own is None:
            account = ctx.left(ACCOUNT_CONCURRENCY)
            busy = Cap(ACCOUNT_CONCURRENCY, Per.BUSY, account, pool="lambda.concurrency")
            rate = Cap(RPS_PER_CONCURRENCY, Per.REQUEST, rps * account, CALLED, pool="lambda.rps")
        else:
            busy = Cap(RESERVED, Per.BUSY, own)
            rate = Cap(RPS_PER_CONCURRENCY, Per.REQUEST, rps * own, CALLED)
        return Station(
            service=law_of_mean(self.mean_run_s, self.run_law, self.run_tail),
            service_label="Handler",
            per_event_s=self.extra_per_event_ms / 1000,
            caps=(busy, rate),
            cold=Maybe(self.cold_start_ratio * self._spilled_at_peak(ctx), self.cold_start),
            error_ratio=self.error_ratio,
            timeout_s=self.timeout_s,
            environments=Environments(
                self.idle_kept_s,
                self.provisioned_concurrency or 0,
                *paces[self.scaling],
            ),
        )

    def _spilled_at_peak(self, ctx: Context) -> float:
        """Return the share of the runs on demand at the busiest hour."""
        if self.provisioned_concurrency is None:
            return 1.0
        if self.on_demand_ratio is not None:
            return self.on_demand_ratio
        if ctx.busy is None:
            return 0.0
        kept = self.provisioned_length_h / 24
        if ctx.hour is not None:
            kept = cover(self.provisioned_start_h, self.provisioned_length_h, ctx.hour)
        return 1.0 - kept * (1.0 - erlang_b(self.provisioned_concurrency, ctx.busy))

    def spilled_ratio(self, flow: NodeFlow) -> float:
        """Return the share of the month's runs that run on demand."""
        if self.provisioned_concurrency is None:
            return 1.0
        if self.on_demand_ratio is not None:
            return self.on_demand_ratio
        return on_demand_share(
            self.provisioned_concurrency,
            self.provisioned_start_h,
            self.provisioned_length_h,
            flow.requests_by_hour,
            flow.busy_by_hour,
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        return metering.usages(self, flow, ctx)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        return observations.findings(self, view, ctx)

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        return export.function_resources(self, site)

    def grants(self, site: Site) -> Iterable[Grant]:
        return export.function_grants(self, site)

    def parameters(self, site: Site) -> Iterable[Parameter]:
        return export.function_parameters(self, site)

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        yield from export.destination_obstacles(site)
        yield from export.url_obstacles(site)

    def remarks(self, site: Site) -> Iterable[str]:
        return export.function_remarks(self, site)

    def access(self, logical_id: str, operation: str) -> Access:
        return Access(("lambda:InvokeFunction",), (self.arn(logical_id),))

    def arn(self, logical_id: str) -> Any:
        return ref(f"{logical_id}Alias") if self.aliased else get_att(logical_id, "Arn")

    def address(self, logical_id: str) -> Address:
        if self.aliased:
            return Address("NAME", ref(f"{logical_id}Alias"), "ARN of the function's alias")
        return super().address(logical_id)


def _one_thread(memory_mb: int) -> float:
    """Return the CPU share that a single thread gets, at most one vCPU."""
    return min(1.0, memory_mb / VCPU_MB.value)
