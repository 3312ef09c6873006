"""Runs and their results. The row is the job; the message in the broker is only a doorbell."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from designer.accounts.models import Workspace, id_field
from designer.api.fields import JsonTextField
from designer.designs.models import Design, Revision


class Status(models.TextChoices):
    """Where a run is in its life; it only moves forward."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (Status.QUEUED, Status.RUNNING)


class Result(models.Model):
    """A report, kept under the hash of everything it depends on, within one workspace.

    Not shared between workspaces: a cache hit would tell one team what another one draws.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    report = JsonTextField()
    headline = JsonTextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="one_result_per_input")
        ]

    def __str__(self) -> str:
        return self.key


class Leased(models.Model):
    """A row that one worker at a time holds, by a lease and the number of its attempt."""

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(default=0.0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Run(Leased):
    """What every run has: whose it is, what was asked, and where it is in its life."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="%(class)ss")
    design = models.ForeignKey(Design, models.CASCADE, null=True, related_name="%(class)ss")
    revision = models.ForeignKey(Revision, models.SET_NULL, null=True, related_name="%(class)ss")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    document = JsonTextField()
    model_hash = models.CharField(max_length=80)
    model_key = models.CharField(max_length=64)
    price_date = models.CharField(max_length=10)
    engine_version = models.CharField(max_length=20)
    result_key = models.CharField(max_length=64)
    result = models.ForeignKey(Result, models.PROTECT, null=True, related_name="%(class)ss")
    cached = models.BooleanField(default=False)
    rung_at = models.DateTimeField(null=True)
    error = JsonTextField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="%(class)ss_by_creation")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"

    @property
    def done(self) -> bool:
        return self.status not in OPEN

    @property
    def settled(self) -> bool:
        """Nothing more will come of it."""
        return self.done


class Estimate(Run):
    """One run of the engine over one document."""

    id = id_field("est")

    class Meta:
        indexes = [
            *Run.Meta.indexes,
            models.Index(fields=["design", "model_key", "-created_at"], name="newest_of_a_model"),
            models.Index(
                fields=["status", "rung_at"],
                name="open_estimates",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        ]


class PartedRun(Run):
    """A run that is computed in parts, by any number of workers, and summed up by one of them.

    `attempt` and the lease are those of the summing up; each part has its own.
    """

    report_due = models.BooleanField(default=False)  # Stopped early, with something to report.

    class Meta:
        abstract = True
        indexes = [
            *Run.Meta.indexes,
            models.Index(fields=["design", "-created_at", "id"], name="%(class)ss_of_a_design"),
            models.Index(
                fields=["status", "rung_at"],
                name="open_%(class)ss",
                condition=models.Q(status__in=["queued", "running"]) | models.Q(report_due=True),
            ),
        ]

    @property
    def settled(self) -> bool:
        return self.done and not self.report_due


class Part(Leased):
    """Some of the work of a run; what it found is kept until the run is summed up."""

    #: Name of the field that says whose part it is; its name for the run is `parts`.
    of: ClassVar[str]

    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=80, blank=True)
    seconds = models.FloatField(null=True)  # Of computing.

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.run_id} part {self.number}"

    @property
    def run_id(self) -> str:
        return str(getattr(self, f"{self.of}_id"))


class Simulation(PartedRun):
    """A simulation: its replications are parts, whose outcomes are merged."""

    id = id_field("sim")
    options = JsonTextField()  # Without the traces.
    traces = JsonTextField(null=True)
    replications = models.PositiveSmallIntegerField()


class SimulationPart(Part):
    """One replication."""

    of = "simulation"
    simulation = models.ForeignKey(Simulation, models.CASCADE, related_name="parts")
    outcome = models.BinaryField(null=True)  # JSON of Outcome.dump(), compressed.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["simulation", "number"], name="one_part_per_number")
        ]


class WhatIf(PartedRun):
    """A question about a design with other numbers; summing up may ask for further parts."""

    id = id_field("wif")
    question = models.CharField(max_length=20)
    engine = models.CharField(max_length=20)
    spec = JsonTextField()
    options = JsonTextField()
    points = models.PositiveIntegerField()  # At most.


class WhatIfPart(Part):
    """Some points of a what-if."""

    of = "whatif"
    whatif = models.ForeignKey(WhatIf, models.CASCADE, related_name="parts")
    size = models.PositiveIntegerField()  # Points.
    asked = JsonTextField()  # Changes.
    found = JsonTextField(null=True)  # Points, fewer than asked where it was stopped.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["whatif", "number"], name="one_part_per_number_asked")
        ]


class Scenarios(models.Model):
    """Options of simulations, by name, kept with a design."""

    design = models.OneToOneField(Design, models.CASCADE, related_name="scenarios")
    items = JsonTextField(default=list)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.design_id} scenarios {self.version}"
