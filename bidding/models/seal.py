from __future__ import annotations

from typing import ClassVar

from django.db import models
from django_fsm import FSMField, transition

from accounts.models import Organisation
from core.models import OutboxEntry, StoredFile
from trading.models import Lot


class ClosedBoxes(models.Manager[models.Model]):
    """Shows only what belongs to closed bid boxes: before the close nobody lists or counts, whoever asks.

    It is the default manager, so ``lot.seals`` and every other relation obey it too. ``in_box`` sees everything;
    only the verbs that take bids in use it, and the reads that show a bidder its own.
    """

    def get_queryset(self) -> models.QuerySet[models.Model]:
        return super().get_queryset().filter(lot__box_closed_at__isnull=False)


class ClosedBoxesOfSeals(models.Manager[models.Model]):
    """The same for what hangs on a seal."""

    def get_queryset(self) -> models.QuerySet[models.Model]:
        return super().get_queryset().filter(seal__lot__box_closed_at__isnull=False)


class Seal(models.Model):
    """A sealed bid as it was received: the canonical document and its signed note, nothing readable.

    There is no price here and no place for one. ``state`` is live, replaced or withdrawn; the partial unique
    constraint lets one seal of a bidder live in a lot.
    """

    LIVE, REPLACED, WITHDRAWN = "live", "replaced", "withdrawn"

    digest = models.CharField(max_length=64, primary_key=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="seals")
    bidder = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    cid = models.CharField(max_length=22)
    document = models.BinaryField(max_length=65_536)
    note = models.TextField()
    received_at = models.DateTimeField()
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    state = FSMField(max_length=10, default=LIVE, protected=False)
    withdrawal = models.JSONField(default=dict)  # {document, note, at}
    entry = models.ForeignKey(OutboxEntry, models.PROTECT, related_name="+")
    withdrawal_entry = models.ForeignKey(OutboxEntry, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager[Seal]] = ClosedBoxes()  # type: ignore[assignment]  # typed by its rows
    in_box: ClassVar[models.Manager[Seal]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "bidder", "cid"], name="cid_is_used_once"),
            models.UniqueConstraint(
                fields=["lot", "bidder"],
                condition=models.Q(state="live"),
                name="one_live_seal_per_bidder_and_lot",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["live", "replaced", "withdrawn"]), name="seal_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.digest

    @transition(field=state, source=LIVE, target=REPLACED)
    def replace(self) -> None:
        """Void it: another seal of the same bidder takes its place."""

    @transition(field=state, source=LIVE, target=WITHDRAWN)
    def withdraw(self) -> None:
        """Void it: the bidder took it back before the deadline."""


class Payload(models.Model):
    """The ciphertext of one envelope of one seal: a kept file, named by digest."""

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="payloads")
    envelope = models.CharField(max_length=128)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Payload]] = ClosedBoxesOfSeals()  # type: ignore[assignment]
    in_box: ClassVar[models.Manager[Payload]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seal", "envelope"], name="one_payload_per_envelope")]

    def __str__(self) -> str:
        return f"{self.seal_id} {self.envelope}"


class Receipt(models.Model):
    """What the bidder keeps: the platform's signature over a seal's digest, the entry of it, and its proof in the log.

    At most two for an entry: one under the log's signature alone, one under a checkpoint with its quorum.
    """

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="receipts")
    entry = models.ForeignKey(OutboxEntry, models.PROTECT, related_name="+")
    is_witnessed = models.BooleanField()
    number = models.CharField(max_length=64)
    document = models.BinaryField()
    note = models.TextField()
    made_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Receipt]] = ClosedBoxesOfSeals()  # type: ignore[assignment]
    in_box: ClassVar[models.Manager[Receipt]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "is_witnessed"], name="one_receipt_of_each_kind_for_an_entry"),
            models.UniqueConstraint(fields=["number", "is_witnessed"], name="a_number_names_one_entry"),
        ]

    def __str__(self) -> str:
        return self.number
