"""The words of the scripts, by their codes; {x} is filled by the script itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bidding.names import Seat, label


def common() -> dict[str, str]:
    """Words of every page on which a key works."""
    return {
        "error_title": _("This did not work"),
        "error_unexpected": _("Something unexpected happened: {detail}"),
        "error_network": _("The platform did not answer. Check the connection and try again."),
        "error_server": _("The platform answered with a fault ({status}). Try again later."),
        "malformed": _("What arrived is malformed: {detail}"),
        "mismatch": _("These do not agree: {what}"),
        "browser_too_old": _("This browser is too old for sealing: it lacks {what}. Use a current one."),
        "insecure_address": _("Sealing works only over HTTPS or on this computer itself."),
        "field_missing": _("“{field}” is missing."),
        "passphrase_short": _("A passphrase needs at least {least} characters."),
        "passphrase_differs": _("The two passphrases differ."),
        "passphrase_wrong": _("The passphrase is wrong."),
        "key_missing": _("There is no key here. Choose the key file that you kept."),
        "signature_missing": _("The signature of {name} is missing."),
        "signature_wrong": _("The signature of {name} is wrong."),
        "threshold_reached": _("One side alone could open the bids: {side}. Do not go on; tell the supervisor."),
        "working_passphrase": _("Opening the key with the passphrase …"),
        "working_sending": _("Sending …"),
        "working_checking": _("Checking …"),
        "working_signing": _("Signing …"),
        "done": _("Done."),
    }


def of_holder() -> dict[str, str]:
    """Words of a key holder's pages."""
    roles = {f"role_{seat.value}": label(seat).translated(_) for seat in Seat}
    return common() | roles | {
        "working_keys": _("Making the key …"),
        "working_shares": _("Bid {done} of {all} …"),
        "not_a_holder": _("“{kid}” is not a key holder of this tender."),
        "other_key_in_ceremony": _("The ceremony names another key for “{kid}” than the one in your file."),
        "other_vkey_in_ceremony": _("The ceremony names another signing key for “{kid}” than the one in your file."),
        "wrap_does_not_open": _("Your key does not open what was dealt to “{kid}”. Report the key as lost."),
        "too_early": _("It is too early by your own clock: shares are released from {opens} on."),
        "close_not_witnessed": _(
            "Only {found} of {wanted} witnesses have signed that the log holds the close. Do not release."
        ),
        "seal_missing": _("A bid that the close accepted was not handed out: {digest}. Nothing was released."),
    }  # fmt: skip


def of_withdrawal() -> dict[str, str]:
    """Words of the page on which a bid is taken back."""
    return common() | _of_receipts() | {
        "withdrawn": _("The bid is taken back. The receipt of that was verified on this computer."),
    }  # fmt: skip


def _of_receipts() -> dict[str, str]:
    return {
        "acknowledged_late": _("The platform took the bid after the deadline ({at}): it does not count."),
        "working_verifying": _("Checking the receipt and its proof in the log …"),
    }


def of_sealing() -> dict[str, str]:
    """Words of the sealing page."""
    return common() | _of_receipts() | {
        "amount_malformed": _("“{field}” is not an amount."),
        "text_too_long": _("“{field}” has more than {most} characters."),
        "text_malformed": _("“{field}” holds characters that cannot be stored."),
        "file_unreadable": _("“{name}” cannot be read."),
        "file_changed": _("“{name}” changed while it was being sealed."),
        "file_too_large": _("“{name}” is too large."),
        "too_many_files": _("At most {most} files fit into an envelope."),
        "bid_too_large": _("The bid is larger than this tender takes ({most} bytes)."),
        "not_supported": _("This page cannot seal for this tender: {what}"),
        "untrusted_holder": _("The key of the holder “{kid}” is not the one on record. Do not go on."),
        "cancelled": _("Sealing was stopped. Nothing was handed in."),
        "upload_lost": _("The upload was lost. Seal again: nothing was handed in."),
        "working_sealing": _("Encrypting and uploading: {percent} %"),
        "sealed": _("Your bid is sealed and handed in. The receipt and its proof were verified on this computer."),
    }  # fmt: skip
