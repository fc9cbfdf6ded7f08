from __future__ import annotations

from django.db import models

from accounts.models import Organisation
from trading.names import Category, FundsType, Kind


class Project(models.Model):
    """One run of one procedure with its lots; the stage stands on the lots.

    Until the announcement everything may be edited and ``edition`` is empty. The announcement binds the
    edition in force and the parameters of the region (``parameters``): later changes of either do not reach
    this project.
    """

    number = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in Kind])
    edition = models.CharField(max_length=12, blank=True)
    region = models.CharField(max_length=12, default="CN")
    title = models.CharField(max_length=300)
    content = models.TextField(blank=True)
    scope = models.TextField(blank=True)
    scale = models.TextField(blank=True)
    category = models.CharField(max_length=12, choices=[(c.value, c.value) for c in Category])
    funds_type = models.CharField(max_length=24, choices=[(f.value, f.value) for f in FundsType])
    funds_detail = models.CharField(max_length=300, blank=True)
    is_mandatory_tender = models.BooleanField(default=True)
    currency = models.CharField(max_length=3, default="CNY")
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="owned_projects")
    agent = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="operated_projects")
    approval = models.JSONField(default=dict)  # {authority, number, on}: what the project approver fixed
    qualification = models.TextField(blank=True)
    accepts_consortia = models.BooleanField(default=False)
    # {document_access, submission, contact_name, contact_phone, address, opening_place, objection_channel,
    #  bid_validity_days, documents_from, documents_until, intention_waived_because, …}: checked by the rule-sheet
    terms = models.JSONField(default=dict)
    method = models.CharField(max_length=60, blank=True)
    method_parameters = models.JSONField(default=dict)
    criteria = models.JSONField(default=dict)  # the score sheet's template, frozen at the announcement
    tie_rule = models.CharField(max_length=40, blank=True)
    parameters = models.JSONField(default=dict)  # snapshot bound at the announcement
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="following")
    round_number = models.PositiveSmallIntegerField(default=1)
    source = models.JSONField(default=dict)  # where a rehearsal took it from
    created_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=64, blank=True)  # person who handed the draft in
    approved_by = models.CharField(max_length=64, blank=True)  # person who announced it
    intended_at = models.DateTimeField(null=True)  # purchase intention published
    announced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=[k.value for k in Kind]), name="project_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(announced_at=None) | ~models.Q(edition=""),
                name="announced_project_has_edition",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by="") | ~models.Q(approved_by=models.F("drafted_by")),
                name="drafting_and_approving_are_two_people",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-announced_at"], name="project_by_kind")]

    def __str__(self) -> str:
        return self.number
