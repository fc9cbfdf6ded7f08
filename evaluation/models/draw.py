from __future__ import annotations

from django.db import models
from django_fsm import FSMField, transition

from accounts.models import Organisation, User
from core.models import OutboxEntry
from evaluation.names import Purpose
from trading.models import Lot

DIGEST, NAME = 64, 128  # characters


class PooledExpert(models.Model):
    """An expert in the pool under one stratum; whoever has left stays on record with the reason."""

    user = models.ForeignKey(User, models.PROTECT, related_name="strata")
    employer = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")  # where it is known here
    stratum = models.CharField(max_length=64)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=200)
    left_at = models.DateTimeField(null=True)
    left_because = models.TextField(blank=True)

    class Meta:
        ordering = ["stratum", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "stratum"], condition=models.Q(left_at=None), name="one_place_in_a_stratum"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.stratum})"


class VrfKey(models.Model):
    """The public key of a lot's random function with the dealing of its secret to the key holders. Never changes."""

    lot = models.OneToOneField(Lot, models.PROTECT, related_name="vrf_key")
    public = models.CharField(max_length=43, unique=True)  # base64url
    document = models.BinaryField()
    digest = models.CharField(max_length=DIGEST, unique=True)
    note = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public


class Draw(models.Model):
    """One draw of a lot; its manifest is fixed once published, whatever becomes of it later."""

    PREPARED, COMMITTING, REVEALING, DRAWN, GIVEN_UP = "prepared", "committing", "revealing", "drawn", "given_up"

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="draws")
    ordinal = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=12)
    label = models.CharField(max_length=NAME)
    pick = models.PositiveIntegerField()
    parties = models.JSONField(default=list)  # ids, sorted
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=200)
    state = FSMField(max_length=12, default=PREPARED, protected=False)
    document = models.BinaryField(null=True)
    digest = models.CharField(max_length=DIGEST, blank=True)
    entry = models.ForeignKey(OutboxEntry, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)  # the last party had committed
    absent = models.JSONField(default=list)  # whose contributions the holders open, fixed with their first release
    key_lost_at = models.DateTimeField(null=True)  # the operator cannot evaluate: the holders open its key
    drawn_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    given_up_because = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["lot", "ordinal"], name="draws_of_a_lot_are_counted"),
            models.UniqueConstraint(
                fields=["lot", "label"], condition=~models.Q(state="given_up"), name="one_draw_of_a_label"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["prepared", "committing", "revealing", "drawn", "given_up"]),
                name="draw_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=[purpose.value for purpose in Purpose]), name="draw_purpose_is_known"
            ),
            models.UniqueConstraint(fields=["digest"], condition=~models.Q(digest=""), name="a_manifest_is_one_draw"),
            models.CheckConstraint(
                condition=models.Q(state__in=["prepared", "given_up"]) | ~models.Q(digest=""),
                name="draw_has_its_manifest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.lot}"

    @transition(field=state, source=PREPARED, target=COMMITTING)
    def publish(self) -> None:
        """Open the commitments: the manifest is logged."""

    @transition(field=state, source=COMMITTING, target=REVEALING)
    def close_commits(self) -> None:
        """Ask for the contributions: everybody has committed."""

    @transition(field=state, source=REVEALING, target=DRAWN)
    def finish(self) -> None:
        """End it: the result is logged."""

    @transition(field=state, source=[PREPARED, COMMITTING, REVEALING], target=GIVEN_UP)
    def give_up(self) -> None:
        """End it without a result: no contribution was shown, another manifest may take its place."""


class WitnessedManifest(models.Model):
    """The checkpoint with its quorum that covers a manifest, as it was before anybody committed. Never changes."""

    draw = models.OneToOneField(Draw, models.PROTECT, related_name="witnessed")
    note = models.TextField()
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"manifest of {self.draw}"


class DrawCandidate(models.Model):
    """Who stands behind a handle of a pool, or was excluded from it and why. Never changes."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="candidates")
    handle = models.CharField(max_length=NAME)
    salt = models.BinaryField(null=True)  # of a blinded handle
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    exclusion = models.CharField(max_length=16, blank=True)  # its code in the manifest
    because = models.TextField(blank=True)

    class Meta:
        ordering = ["handle"]
        constraints = [models.UniqueConstraint(fields=["draw", "handle"], name="a_handle_stands_once_in_a_draw")]

    def __str__(self) -> str:
        return self.handle


class _Given(models.Model):
    """A signed document of a draw, as it came. Never changes."""

    document = models.BinaryField()
    digest = models.CharField(max_length=DIGEST)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.digest


class DrawCommit(_Given):
    """A party's commitment; ``kept`` is its contribution, locked by the party for itself (base64url, or empty)."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="commits")
    party = models.CharField(max_length=NAME)
    kept = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["party"]
        constraints = [models.UniqueConstraint(fields=["draw", "party"], name="one_commitment_of_a_party")]


class DrawReveal(_Given):
    """A party's contribution."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="reveals")
    party = models.CharField(max_length=NAME)

    class Meta:
        ordering = ["party"]
        constraints = [models.UniqueConstraint(fields=["draw", "party"], name="one_contribution_of_a_party")]


class DrawRelease(_Given):
    """A key holder's shares of what was not shown: of contributions, or of the function's secret."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="releases")
    kid = models.CharField(max_length=32)
    deal = models.CharField(max_length=8)

    class Meta:
        ordering = ["kid"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "deal", "kid"], name="one_release_of_a_holder_and_dealing")
        ]


class DrawResult(models.Model):
    """The result of a draw; it follows from what was committed. Never changes."""

    draw = models.OneToOneField(Draw, models.PROTECT, related_name="result")
    document = models.BinaryField()
    digest = models.CharField(max_length=DIGEST, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest


class DrawRefusal(models.Model):
    """Somebody drawn who does not serve; the next reserve takes the place. Never changes."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="refusals")
    handle = models.CharField(max_length=NAME)
    code = models.CharField(max_length=16)
    because = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["draw", "handle"], name="one_refusal_of_a_handle")]

    def __str__(self) -> str:
        return self.handle
