from __future__ import annotations

from django.db import models

from accounts.names import Question


class Passkey(models.Model):
    """The public half of a key in somebody's authenticator; removed or set aside, it stays as a row.

    ``credential`` is the authenticator's name for it (base64url), ``cose`` the public key as it came, ``spki`` the
    same as SubjectPublicKeyInfo. ``flagged_at``: its counter went backwards, so there may be a copy of it.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="passkeys")
    number = models.CharField(max_length=32, unique=True)
    credential = models.CharField(max_length=1366, unique=True)
    handle = models.CharField(max_length=86)  # by which the authenticator knows the person, base64url
    cose = models.BinaryField()
    spki = models.BinaryField()
    count = models.PositiveBigIntegerField()
    aaguid = models.CharField(max_length=36)
    transports = models.JSONField(default=list)
    name = models.CharField(max_length=60)
    is_synced = models.BooleanField()
    has_prf = models.BooleanField()
    registered_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    flagged_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "removed_at"], name="passkey_by_user")]

    def __str__(self) -> str:
        return self.number


class Challenge(models.Model):
    """A question to an authenticator: answered once, within minutes, from the browser that got it.

    ``browser`` is the digest of a mark in that browser's session; ``statement`` the canonical statement whose hash
    the challenge is, where something is signed.
    """

    value = models.CharField(max_length=43, unique=True)
    question = models.CharField(max_length=12)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    browser = models.CharField(max_length=64)
    statement = models.BinaryField(blank=True)
    asked_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(question__in=[each.value for each in Question]), name="question_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.value[:8]}"


class RecoveryCode(models.Model):
    """One code of a set that somebody keeps on paper; the platform keeps its digest. A new set voids the old one."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "used_at", "voided_at"], name="code_by_user")]

    def __str__(self) -> str:
        return self.digest[:8]


class LockedPassphrase(models.Model):
    """The passphrase of a key file, encrypted under what one passkey's PRF gives: only its owner's browser opens it.

    ``file`` is the SHA-256 of the key file (64 hex), ``sealed`` 12 bytes of nonce and AES-256-GCM, base64url.
    """

    passkey = models.ForeignKey(Passkey, on_delete=models.PROTECT, related_name="passphrases")
    file = models.CharField(max_length=64)
    sealed = models.CharField(max_length=1024)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["passkey", "file"], name="one_passphrase_per_passkey_and_file"),
        ]

    def __str__(self) -> str:
        return self.file[:8]


class PersonSignature(models.Model):
    """A person signed a document with a passkey: evidence, neither changed nor deleted (by trigger).

    ``evidence`` holds the canonical bytes of ``core.assertions`` and stands on its own; the other columns repeat
    what is in it, for finding. ``content`` keeps what was signed where no other row does.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="signatures")
    passkey = models.ForeignKey(Passkey, on_delete=models.PROTECT, related_name="signatures")
    kind = models.CharField(max_length=12)
    tender = models.CharField(max_length=128, blank=True)
    document = models.CharField(max_length=64, db_index=True)
    content = models.BinaryField(blank=True)
    evidence = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    signed_at = models.DateTimeField()
    entry = models.OneToOneField("core.OutboxEntry", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["user", "-signed_at"], name="signature_by_user")]

    def __str__(self) -> str:
        return self.digest[:8]
