"""Runs that are computed in parts.

    queued ──first part taken──▶ running ──summed up──────▶ succeeded
      │                            └──a part fails────────▶ failed
      └──cancel────────────────────┴──────────────────────▶ cancelled

The message names the run only; who hears it takes the first part that nobody holds, and whoever
ended the last one sums up. What the parts found is put together in the order of their numbers, so
neither the number of workers nor a part that was run twice changes a bit of the report. What failed
or was cancelled keeps a report of the parts that were done by then.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from designer.accounts.access import Actor
from designer.api.problems import ApiError, user_error_body
from designer.errors import UserError
from estimator.models import OPEN, Part, PartedRun, Status

from . import leases, life
from .hold import Hold

log = logging.getLogger(__name__)

R = TypeVar("R", bound=PartedRun)
P = TypeVar("P", bound=Part)

Ring = Callable[[str, int], None]
#: Takes how far a part is; answers whether it is still held.
Told = Callable[[float], bool]

MOST_OPEN = 100  # Of one kind and workspace.
CANDIDATES = 16
# Messages for one run at a time; who takes one of more parts rings again. Few where files carry
# them: those of a cancelled run are in the way of the next.
MOST_BELLS = 64 if settings.REDIS_URL else 6


def _worker_name() -> str:
    """Return what a part says of who ran it."""
    return f"{socket.gethostname()[:60]} {os.getpid()}"


@dataclass(frozen=True)
class Parted(Generic[R, P]):
    """The life of one kind of run, every step one conditional update.

    Args:
        run: Its rows.
        part: The rows of its parts.
        noun: What a person calls it.
        piece: What a person calls some parts.
        advice: What to do when parts lose their workers again and again.
        doorbell: Returns what rings for it; known late, because tasks import this.
        needed: Which parts must be done for a report of a run that was stopped.
    """

    run: type[R]
    part: type[P]
    noun: str
    piece: str
    advice: str
    doorbell: Callable[[], Ring]
    needed: Q = field(default_factory=Q)

    def _runs(self, **where: Any) -> QuerySet[R]:
        return self.run._default_manager.filter(**where)

    def parts(self, run_id: str) -> QuerySet[P]:
        """Return the parts of a run."""
        return self.part._default_manager.filter(**{self.part.of: run_id})

    # ---- Asking and stopping ---------------------------------------------------------------------

    def ask(self, *, by: Actor | None, subject: life.Subject, key: str, **own: Any) -> R:
        """Return a new run, without parts yet, or one that is answered by a stored result.

        Raises:
            ApiError: 409, too many of the workspace wait already.
        """
        stored = life.stored_result(subject["workspace_id"], key)
        if stored is None:
            self._refuse_crowd(subject["workspace_id"])
        return life.create(self.run, by=by, subject=subject, key=key, stored=stored, **own)

    def _refuse_crowd(self, workspace_id: str) -> None:
        waiting = self._runs(workspace_id=workspace_id, status__in=OPEN).count()
        if waiting >= MOST_OPEN:
            raise ApiError(
                409,
                "too-many-runs",
                f"{waiting} {self.noun}s of this workspace wait or run; cancel some, or ask again "
                "when they are done.",
                headers={"Retry-After": "10"},
            )

    def add(self, run: R, parts: list[P]) -> None:
        """Give a run parts to take, and ring for them; without any, for the summing up."""
        self.part._default_manager.bulk_create(parts)
        ring = self.doorbell()
        transaction.on_commit(lambda: ring(run.pk, max(1, len(parts))))

    @transaction.atomic
    def stop(self, run_id: str, status: Status, error: dict[str, Any] | None = None) -> bool:
        """End a run early, and let workers report what is done; return False if it had ended."""
        ended = self._runs(pk=run_id, status__in=OPEN).update(
            status=status, error=error, lease_until=None, finished_at=timezone.now()
        )
        if not ended:
            return False
        parts = self.parts(run_id)
        parts.filter(status__in=OPEN).update(status=Status.CANCELLED, lease_until=None)
        if parts.filter(self.needed, status=Status.SUCCEEDED).exists():
            self._runs(pk=run_id).update(report_due=True, attempt=0)
            ring = self.doorbell()
            transaction.on_commit(lambda: ring(run_id, 1))
        return True

    def cancel(self, *, by: Actor, run: R) -> R:
        """Return the run, cancelled; one that was cancelled before is answered as it is.

        Raises:
            ApiError: 409, it had ended.
        """
        return life.cancel(by=by, run=run, end=lambda: self.stop(run.pk, Status.CANCELLED))

    # ---- One part --------------------------------------------------------------------------------

    def take(self, run_id: str, *, worker: str) -> P | None:
        """Return the first part that nobody holds, now held by the caller, or None."""
        while True:
            free = self.parts(run_id).filter(leases.claimable()).order_by("number")
            waiting = list(free.values_list("pk", flat=True)[:CANDIDATES])
            if not waiting:
                return None
            for pk in waiting:
                part = leases.claim(self.part, pk, worker=worker[:80])
                if part is not None:
                    self._runs(pk=run_id, status=Status.QUEUED).update(
                        status=Status.RUNNING, started_at=timezone.now()
                    )
                    return part

    def work(self, part: P, answer: Callable[[Told], dict[str, Any] | None]) -> None:
        """Work out a part that is held, keep it, and ring for what waits.

        Args:
            part: Which part.
            answer: Returns the columns to keep, or None where it was stopped.
        """
        log.info("%s, attempt %d", part, part.attempt)
        begun = time.monotonic()
        with Hold(str(part), lambda share: leases.renew(part, share)) as hold:
            found = answer(hold.told)
        if hold.lost or found is None:
            log.info("%s stopped", part)
        elif not self._keep(part, found, time.monotonic() - begun):
            log.info("%s is no longer ours", part)
        siblings = self.parts(part.run_id)
        if siblings.filter(status=Status.QUEUED).exists() and siblings.count() > MOST_BELLS:
            self.doorbell()(part.run_id, 1)

    def _keep(self, part: P, found: dict[str, Any], seconds: float) -> bool:
        """Store what a part found and end it; return False, keeping nothing, if it is not held."""
        ended = {"status": Status.SUCCEEDED, "progress": 1.0, "lease_until": None}
        return bool(leases.held(part).update(**found, **ended, seconds=seconds))

    def take_and_work(
        self, run_id: str, work: Callable[[P], None], sum_up: Callable[[str], None]
    ) -> None:
        """Work out one part that waits or was abandoned, and sum up when it was the last."""
        part = self.take(run_id, worker=_worker_name())
        try:
            if part is not None:
                work(part)
            sum_up(run_id)
        except UserError as error:
            self.stop(run_id, Status.FAILED, user_error_body(error))
        except Exception:
            log.exception("%s %s failed", self.noun, run_id)
            self.stop(run_id, Status.FAILED, life.our_problem(f"The {self.noun} failed"))
            raise

    # ---- Summing up ------------------------------------------------------------------------------

    def take_summing(self, run_id: str) -> R | None:
        """Return a run that was stopped or whose parts are done, held by the caller, or None."""
        undone = self.parts(run_id).exclude(status=Status.SUCCEEDED)
        complete, due = not undone.exists(), Q(report_due=True)
        if complete:
            due |= Q(status__in=OPEN)
        free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
        with transaction.atomic():
            taken = (
                self._runs(pk=run_id, attempt__lt=settings.MAX_ATTEMPTS)
                .filter(due, free)
                .update(attempt=F("attempt") + 1, lease_until=leases.lease_until())
            )
            if not taken:
                return None
            # Another worker may have asked for further parts since they were counted.
            if complete and undone.exists():
                self._runs(pk=run_id).update(attempt=F("attempt") - 1, lease_until=None)
                return None
            return self._runs(pk=run_id).get()

    def held_summing(self, run: R) -> QuerySet[R]:
        """Return the row, while it is in the state in which it was taken and by the same worker."""
        return self._runs(
            pk=run.pk, attempt=run.attempt, status=run.status, report_due=run.report_due
        )

    def hold_summing(self, run: R) -> Hold:
        """Return what keeps the lease of the summing up while one computes."""
        until = leases.lease_until
        return Hold(run.pk, lambda _: bool(self.held_summing(run).update(lease_until=until())))

    def why_partial(self, run: R) -> str | None:
        """Return why the report is of some parts only; None when it is of all."""
        if not run.report_due:
            return None
        return f"{self.piece} failed" if run.status == Status.FAILED else "cancelled"

    @transaction.atomic
    def finish(
        self, run: R, report: dict[str, Any], headline: dict[str, Any], **emptied: Any
    ) -> bool:
        """Keep the report, end the run, empty its parts; return False if it is not held."""
        kept = life.keep_report(
            self.held_summing(run),
            run,
            # What is not whole answers nobody else's question.
            key=run.pk if run.report_due else run.result_key,
            report=report,
            headline=headline,
            changes={"report_due": False} if run.report_due else life.succeeded(),
        )
        if kept:
            self.parts(run.pk).update(**emptied)
        return kept

    # ---- Sweeping --------------------------------------------------------------------------------

    def sweep(self, *, ring: Ring | None = None, at_most: int = 100) -> tuple[int, int]:
        """Ring again for runs nobody works on; give up those that lost too many workers.

        Returns:
            How many were rung for and how many were given up.
        """
        most, now = settings.MAX_ATTEMPTS, timezone.now()
        lost = Q(lease_until__lt=now, attempt__gte=most)
        parts = self.part._default_manager.filter(lost, status=Status.RUNNING)
        doomed = set(parts.values_list(self.part.of, flat=True).distinct()[:at_most])
        doomed |= set(self._runs(status=Status.RUNNING).filter(lost).values_list("pk", flat=True))
        problem = life.neutral_problem(
            "worker-lost",
            f"The worker stopped in the middle of {self.piece} {most} times. {self.advice}",
            f"The {self.noun} failed",
        )
        gave_up = sum(self.stop(pk, Status.FAILED, problem) for pk in sorted(doomed))
        self._runs(report_due=True).filter(lost).update(report_due=False, lease_until=None)
        return self._ring_again(ring or self.doorbell(), at_most), gave_up

    def _ring_again(self, ring: Ring, at_most: int) -> int:
        """Ring for what has a part, or a summing up, that no worker holds; return how many."""
        asleep = Q(status__in=OPEN) | Q(report_due=True)
        waiting = self._runs().filter(asleep, life.quiet()).order_by("created_at")
        rung = 0
        for run_id in list(waiting.values_list("pk", flat=True)[:at_most]):
            parts = self.parts(run_id)
            free = parts.filter(leases.claimable()).count()
            if not free and parts.filter(status=Status.RUNNING).exists():
                continue
            # Noted first, so that two sweepers do not both ring.
            if life.note_bell(self.run, run_id):
                ring(run_id, max(1, free))
                rung += 1
        return rung
