from __future__ import annotations

from django.db import models


class InboxMessage(models.Model):
    """Something a person, or whoever sits in a role of an organisation, must be told.

    Title and body are kept as message id and parameters, so each reader reads them in his own language.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    role = models.CharField(max_length=16, blank=True)  # empty: everybody of the organisation
    number = models.CharField(max_length=32, unique=True)
    project = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=64)
    title = models.JSONField()
    body = models.JSONField()
    link = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, organisation__isnull=False)
                | models.Q(user__isnull=False, organisation=None, role=""),
                name="message_has_one_recipient",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-sent_at"], name="message_by_organisation"),
            models.Index(fields=["user", "-sent_at"], name="message_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
