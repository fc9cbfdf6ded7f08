"""The log itself: its leaves, its head, every checkpoint that left it, and what others said about those."""

from __future__ import annotations

from django.db import models


class LogLeaf(models.Model):
    """An entry at its place; append-only by trigger. ``sequenced_at`` never goes back from one leaf to the next."""

    idx = models.BigIntegerField(primary_key=True)
    entry = models.BinaryField(max_length=65_535)
    leaf = models.BinaryField(max_length=32)
    sequenced_at = models.DateTimeField()

    class Meta:
        db_table = "tlog_leaf"
        constraints = [models.CheckConstraint(condition=models.Q(idx__gte=0), name="leaf_index_is_not_negative")]

    def __str__(self) -> str:
        return str(self.idx)


class LogHead(models.Model):
    """The one row under which the log grows: its lock, its size, the compact range of its tree, and who signs it.

    ``vkey``, ``policy`` and ``is_house`` are what the sequencer says of itself, so that processes without its key and
    without its witnesses' folders can read who they are.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    origin = models.CharField(max_length=200, blank=True)  # empty until the first checkpoint is signed
    size = models.BigIntegerField(default=0)
    stack = models.BinaryField(default=b"")  # 32 bytes for each perfect subtree, the largest first
    max_at = models.DateTimeField(null=True)
    vkey = models.CharField(max_length=300, blank=True)
    policy = models.TextField(blank=True)
    is_house = models.BooleanField(default=True)

    class Meta:
        db_table = "tlog_head"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="log_head_is_one_row"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="log_size_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class LogCheckpoint(models.Model):
    """A checkpoint as it was signed; one for each size, append-only by trigger: two of one size cannot be kept."""

    size = models.BigIntegerField(primary_key=True)
    origin = models.CharField(max_length=200)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "tlog_checkpoint"

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class LogCosignature(models.Model):
    """The signature line of a witness under the checkpoint of one size; ``witness`` is its vkey. Append-only."""

    checkpoint = models.ForeignKey(LogCheckpoint, models.PROTECT, db_column="size", related_name="cosignatures")
    witness = models.CharField(max_length=300)
    line = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "tlog_cosignature"
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="a_witness_cosigns_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.witness}"


class LogTimestamp(models.Model):
    """The token (RFC 3161) of an authority over the checkpoint of one size; append-only by trigger."""

    checkpoint = models.ForeignKey(LogCheckpoint, models.PROTECT, db_column="size", related_name="timestamps")
    tsa = models.CharField(max_length=200)
    token = models.BinaryField()
    gen_time = models.DateTimeField()

    class Meta:
        db_table = "tlog_timestamp"
        constraints = [models.UniqueConstraint(fields=["checkpoint", "tsa"], name="an_authority_stamps_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.tsa}"
