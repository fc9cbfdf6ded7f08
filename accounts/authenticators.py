"""What an authenticator is asked and what its answer is worth: Web Authentication, behind the ``webauthn`` library.

The owner must be recognised by the authenticator (user verification) each time; origin and host are exact; nobody
asks who made the authenticator (attestation ``none``). Counters are for whoever knows the former one: the library
would look at the counter before the signature, so that a forged answer could set a good passkey aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography, options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.assertions import load_key, read_authenticator_data, read_client_data
from core.canonical import Malformed, b64u_decode, b64u_encode, digest
from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from accounts.models import Passkey, User

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
LONGEST_ANSWER = 32_768  # bytes of JSON
# What every key file's passphrase is locked with; one value for the platform, because the PRF is the passkey's own.
PRF_SALT = digest(b"tsb/1 key file passphrase")


@dataclass(frozen=True, slots=True)
class Registration:
    """A new public key as an authenticator gave it out."""

    credential: str
    cose: bytes
    spki: bytes
    count: int
    aaguid: str
    is_synced: bool
    has_prf: bool
    transports: list[str]


@dataclass(frozen=True, slots=True)
class Assertion:
    """An answer whose form is right, taken apart and not verified yet."""

    credential: str
    handle: str
    authenticator: bytes
    client: bytes
    signature: bytes
    challenge: str  # base64url, as the browser says


def rp() -> str:
    """Return the host name to which passkeys belong."""
    return urlsplit(settings.PASSKEY_ORIGIN).hostname or ""


def creation_options(user: User, *, handle: str, challenge: str, known: Iterable[Passkey]) -> dict[str, Any]:
    """Return what a browser is asked for a new passkey: discoverable, owner recognised, none that is known already."""
    options = generate_registration_options(
        rp_id=rp(),
        rp_name=settings.PLATFORM_NAME,
        user_id=b64u_decode(handle),
        user_name=user.username,
        user_display_name=user.name,
        challenge=b64u_decode(challenge),
        timeout=_milliseconds(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_descriptor(each) for each in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json_dict(options) | {"extensions": {"prf": {}, "credProps": True}}


def request_options(challenge: str, *, allowed: Iterable[Passkey] = ()) -> dict[str, Any]:
    """Return what a browser is asked for an assertion by one of ``allowed`` (none named: by whichever it has)."""
    options = generate_authentication_options(
        rp_id=rp(),
        challenge=b64u_decode(challenge),
        timeout=_milliseconds(),
        allow_credentials=[_descriptor(each) for each in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def read_assertion(answer: object) -> Assertion:
    """Return the parts of a browser's answer; Refused when it does not have the form of one."""
    try:
        parts = _object(answer)
        given = _object(parts.get("response"))
        client = b64u_decode(given.get("clientDataJSON"))
        return Assertion(
            credential=b64u_encode(b64u_decode(parts.get("id"))),
            handle=b64u_encode(b64u_decode(given.get("userHandle") or "")),
            authenticator=b64u_decode(given.get("authenticatorData")),
            client=client,
            signature=b64u_decode(given.get("signature")),
            challenge=b64u_encode(read_client_data(client).challenge),
        )
    except Malformed as error:
        raise Refused(_not_believed(error.reason)) from error


def checked_assertion(answer: Any, *, challenge: str, passkey: Passkey) -> int:
    """Check everything but the counter and return what the counter says; Refused with what is wrong."""
    try:
        verify_authentication_response(
            credential=answer,
            expected_challenge=b64u_decode(challenge),
            expected_rp_id=rp(),
            expected_origin=settings.PASSKEY_ORIGIN,
            credential_public_key=bytes(passkey.cose),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        return read_authenticator_data(read_assertion(answer).authenticator).count
    except _LIBRARY as error:
        raise Refused(_not_believed(_why(error))) from error


def checked_registration(answer: Any, *, challenge: str) -> Registration:
    """Return the new public key in an authenticator's answer; Refused with what is wrong."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=b64u_decode(challenge),
            expected_rp_id=rp(),
            expected_origin=settings.PASSKEY_ORIGIN,
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        key = decoded_public_key_to_cryptography(decode_credential_public_key(found.credential_public_key))
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        load_key(spki)
    except _LIBRARY as error:
        raise Refused(_not_believed(_why(error))) from error
    return Registration(
        credential=b64u_encode(found.credential_id),
        cose=found.credential_public_key,
        spki=spki,
        count=found.sign_count,
        aaguid=found.aaguid,
        is_synced=found.credential_backed_up,
        has_prf=_has_prf(answer),
        transports=_transports(answer),
    )


def challenge_of_registration(answer: object) -> str:
    """Return the challenge that a registration says it answers; Refused when it has none."""
    try:
        client = b64u_decode(_object(_object(answer).get("response")).get("clientDataJSON"))
        return b64u_encode(read_client_data(client).challenge)
    except Malformed as error:
        raise Refused(_not_believed(error.reason)) from error


# Whatever an answer may run into: the library's own faults, and those of the decoders below it on hostile bytes.
_LIBRARY = (WebAuthnException, Malformed, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)

# The library tells what is wrong in one English sentence; these are the ones that a person can do something about.
_WORDS: tuple[tuple[str, Reason], ...] = (
    ("origin", reason("It was made on a page of another address; open the platform at the address that you know.")),
    ("RP ID", reason("The passkey belongs to another platform.")),
    ("ser verification is required", reason("The authenticator did not check who used it (PIN, fingerprint or face).")),
    ("not present", reason("Nobody touched the authenticator.")),
    ("challenge", reason("The authenticator answered another question than the one that was asked.")),
    ("nsupported credential public key alg", reason("The public key is of a kind that is not used here.")),
    ("verify authentication signature", reason("The signature of the authenticator is wrong.")),
)


def _why(error: Exception) -> Reason:
    if isinstance(error, Malformed):
        return error.reason
    said = str(error) if isinstance(error, WebAuthnException) else ""
    return next((words for part, words in _WORDS if part in said), reason("It does not have the form of an answer."))


def _not_believed(why: Reason) -> Reason:
    return reason("The answer of the passkey does not count: {why} Try again from the start.", why=why)


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(reason("It does not have the form of an answer."))
    return value


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    known = {each.value for each in AuthenticatorTransport}
    transports = [AuthenticatorTransport(each) for each in passkey.transports if each in known]
    return PublicKeyCredentialDescriptor(id=b64u_decode(passkey.credential), transports=transports or None)


def _has_prf(answer: Mapping[str, Any]) -> bool:
    """Say whether the browser can derive secrets with the new passkey; only the person's own pages rest on it."""
    results = answer.get("clientExtensionResults")
    prf = results.get("prf") if isinstance(results, dict) else None
    return isinstance(prf, dict) and prf.get("enabled") is True


def _transports(answer: Mapping[str, Any]) -> list[str]:
    given = answer["response"].get("transports")
    known = {each.value for each in AuthenticatorTransport}
    return sorted({each for each in given if isinstance(each, str)} & known) if isinstance(given, list) else []


def _milliseconds() -> int:
    return int(settings.CHALLENGE_SECONDS) * 1000
