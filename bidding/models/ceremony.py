from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.models import Organisation, User
from bidding.names import Seat, label
from trading.models import Lot, Project

if TYPE_CHECKING:
    from core.reasons import Reason


class KeyHolder(models.Model):
    """A seat: one person of one organisation who holds one key for all lots of a project.

    ``pk`` is the X25519 public key of this project, ``vkey`` the holder's Ed25519 verification key. ``wrapped``
    is the secret half, encrypted in the holder's browser under a passphrase the platform never sees.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="key_holders")
    kid = models.CharField(max_length=32)
    seat = models.CharField(max_length=12)  # tenderee, agency, supervisor, platform, other (sealing.md 3.1)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="held_seats")
    appointed_at = models.DateTimeField()
    public_key = models.CharField(max_length=43, blank=True)
    vkey = models.CharField(max_length=300, blank=True)
    wrapped = models.TextField(blank=True)
    keyed_at = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    lost_because = models.TextField(blank=True)

    class Meta:
        ordering = ["kid"]
        constraints = [
            models.UniqueConstraint(fields=["project", "kid"], name="one_seat_per_kid"),
            models.UniqueConstraint(fields=["project", "user"], name="one_seat_per_person"),
            models.UniqueConstraint(
                fields=["project", "public_key"],
                condition=~models.Q(public_key=""),
                name="one_key_per_holder",
            ),
        ]

    def __str__(self) -> str:
        return self.kid

    @property
    def seat_name(self) -> Reason:
        """For whom the holder sits, in words."""
        return label(Seat(self.seat))


class Ceremony(models.Model):
    """The signed key ceremony of one lot: its canonical bytes never change once assembled."""

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="ceremony")
    document = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    threshold = models.PositiveSmallIntegerField()
    size = models.PositiveSmallIntegerField()  # n
    rescue_seconds = models.PositiveIntegerField()
    max_size = models.BigIntegerField()
    notes = models.JSONField(default=dict)  # kid → signed note over the document
    assembled_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)  # all n holders have signed

    def __str__(self) -> str:
        return f"{self.lot} {self.threshold}/{self.size}"


class KeyRehearsal(models.Model):
    """A rehearsal of the keys of one lot; one answer a holder, checked against what was dealt."""

    ceremony = models.ForeignKey(Ceremony, models.PROTECT, related_name="rehearsals")
    document = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    secret = models.BinaryField()  # r: worthless for any bid, published after the rehearsal
    made_at = models.DateTimeField()
    answers = models.JSONField(default=dict)  # kid → {document, note, at}

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.digest
