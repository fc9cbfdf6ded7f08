from __future__ import annotations

import uuid

from django.db import models


class OutboxEntry(models.Model):
    """One entry of the log, written in the transaction of the verb it tells of; append-only by trigger.

    ``entry`` holds the canonical bytes that will be hashed into the tree; ``idx`` stays null until a sequencer
    gives the entry its place. The other columns repeat what is in the bytes, for reading.
    """

    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    seq = models.BigAutoField(primary_key=True)
    entry = models.BinaryField(max_length=65_535)
    at = models.DateTimeField()
    idx = models.BigIntegerField(null=True, unique=True)
    event = models.CharField(max_length=64)
    tender = models.CharField(max_length=128, blank=True)
    actor = models.CharField(max_length=200)

    class Meta:
        db_table = "tlog_outbox"
        indexes = [
            models.Index(fields=["tender", "seq"], name="outbox_by_tender"),
            models.Index(fields=["event", "seq"], name="outbox_by_event"),
            models.Index(fields=["seq"], condition=models.Q(idx=None), name="outbox_todo"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.event} {self.tender}"
