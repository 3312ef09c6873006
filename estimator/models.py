"""Runs and their results. The row is the job; the message in the broker is only a doorbell."""

from __future__ import annotations

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


class Run(models.Model):
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

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(default=0.0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    error = JsonTextField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"

    @property
    def done(self) -> bool:
        return self.status not in OPEN


class Estimate(Run):
    """One run of the engine over one document."""

    id = id_field("est")

    class Meta:
        indexes = [
            models.Index(fields=["design", "model_key", "-created_at"], name="newest_of_a_model"),
            models.Index(fields=["workspace", "-created_at", "id"], name="estimates_by_creation"),
            models.Index(
                fields=["status", "rung_at"],
                name="open_estimates",
                condition=models.Q(status__in=["queued", "running"]),
            ),
        ]


class Simulation(Run):
    """A simulation: its replications are parts, and their merging is what this row is held for.

    `attempt` and the lease are those of the merging; each part has its own.
    """

    id = id_field("sim")
    options = JsonTextField()  # Without the traces.
    traces = JsonTextField(null=True)
    replications = models.PositiveSmallIntegerField()
    report_due = models.BooleanField(default=False)  # Stopped early, with replications to report.

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="simulations_by_creation"),
            models.Index(fields=["design", "-created_at", "id"], name="simulations_of_a_design"),
            models.Index(
                fields=["status", "rung_at"],
                name="open_simulations",
                condition=models.Q(status__in=["queued", "running"]) | models.Q(report_due=True),
            ),
        ]


class SimulationPart(models.Model):
    """One replication, held by one worker at a time; its outcome is kept until all are merged."""

    simulation = models.ForeignKey(Simulation, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(default=0.0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    seconds = models.FloatField(null=True)  # Of computing.
    outcome = models.BinaryField(null=True)  # JSON of Outcome.dump(), compressed.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["simulation", "number"], name="one_part_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id} part {self.number} {self.status}"


class WhatIf(Run):
    """A question about a design with other numbers; its points are worked out in parts.

    `attempt` and the lease are those of the summing up, which may ask for further parts.
    """

    id = id_field("wif")
    question = models.CharField(max_length=20)
    engine = models.CharField(max_length=20)
    spec = JsonTextField()
    options = JsonTextField()
    points = models.PositiveIntegerField()  # At most.
    report_due = models.BooleanField(default=False)  # Stopped early, with points to report.

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-created_at", "id"], name="whatifs_by_creation"),
            models.Index(fields=["design", "-created_at", "id"], name="whatifs_of_a_design"),
            models.Index(
                fields=["status", "rung_at"],
                name="open_whatifs",
                condition=models.Q(status__in=["queued", "running"]) | models.Q(report_due=True),
            ),
        ]


class WhatIfPart(models.Model):
    """Some points of a what-if, held by one worker at a time."""

    whatif = models.ForeignKey(WhatIf, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()  # Points.
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    progress = models.FloatField(default=0.0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    seconds = models.FloatField(null=True)  # Of computing.
    asked = JsonTextField()  # Changes.
    found = JsonTextField(null=True)  # Points, fewer than asked where it was stopped.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["whatif", "number"], name="one_part_per_number_asked")
        ]

    def __str__(self) -> str:
        return f"{self.whatif_id} part {self.number} {self.status}"


class Scenarios(models.Model):
    """Options of simulations, by name, kept with a design."""

    design = models.OneToOneField(Design, models.CASCADE, related_name="scenarios")
    items = JsonTextField(default=list)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.design_id} scenarios {self.version}"
