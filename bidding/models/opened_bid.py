from __future__ import annotations

from django.db import models

from accounts.models import Organisation
from bidding.models.opening import Opening
from bidding.models.seal import Seal
from core.models import StoredFile

OPENED, PAYLOAD_INVALID, PAYLOAD_MISSING = "opened", "payload_invalid", "payload_missing"
INVALID_DEALING, UNOPENABLE = "invalid_dealing", "unopenable"


class OpenedBid(models.Model):
    """What came out of a seal at the opening; before that this row does not exist.

    ``status`` is the protocol's; ``outcome`` what the law makes of it: valid, revoked (撤销), withdrawn (撤回).
    """

    opening = models.ForeignKey(Opening, models.PROTECT, related_name="bids")
    seal = models.OneToOneField(Seal, models.PROTECT, related_name="opened")
    bidder = models.ForeignKey(Organisation, models.PROTECT, related_name="opened_bids")
    ordinal = models.PositiveIntegerField()  # order of reading out: by commitment, not by arrival
    status = models.CharField(max_length=20)
    outcome = models.CharField(max_length=12)
    secret = models.CharField(max_length=43, blank=True)  # s, published with the opening
    plain_digest = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    price = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    form = models.JSONField(default=dict)
    problems = models.JSONField(default=list)  # reasons in words, e.g. a form that cannot be read
    gave_up_at = models.DateTimeField(null=True)  # left after the opening; ranked all the same
    gave_up_because = models.TextField(blank=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["opening", "bidder"], name="one_opened_bid_per_bidder"),
            models.CheckConstraint(
                condition=models.Q(status__in=[OPENED, PAYLOAD_INVALID, PAYLOAD_MISSING, INVALID_DEALING, UNOPENABLE]),
                name="opened_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["valid", "revoked", "withdrawn"]),
                name="opened_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(price=None) | models.Q(status=OPENED),
                name="only_an_opened_bid_has_a_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seal_id} {self.status}"


class OpenedFile(models.Model):
    """A file out of an opened envelope; the committee reads it, the public does not."""

    bid = models.ForeignKey(OpenedBid, models.PROTECT, related_name="files")
    name = models.CharField(max_length=99)
    title = models.CharField(max_length=300)
    media = models.CharField(max_length=100)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["bid", "name"], name="one_opened_file_per_name")]

    def __str__(self) -> str:
        return self.title
