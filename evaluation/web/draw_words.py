"""The words of the scripts on pages of draws, by their codes; {x} is filled by the script itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bidding.web import words


def of_watching() -> dict[str, str]:
    """Words of the page that everybody watches."""
    return words.common() | {
        "connected": _("Live: this page changes by itself."),
        "reconnecting": _("The line was lost; connecting again …"),
        "polling": _("No live line: this page asks for news every few seconds."),
        "commitment_differs": _("“{party}” showed another number than it had committed to."),
        "order_differs": _("The order is not the one that follows from the contributions."),
        "working_recomputing": _("Recomputing on this computer …"),
        "step_manifest": _("The manifest is well-formed; its digest is {digest}."),
        "step_key": _("The function's key is the one that the platform enrolled before."),
        "step_contributions": _("{count} contributions fit their commitments and carry their parties' signatures."),
        "step_proof": _("The proof of the random function holds for exactly these contributions."),
        "step_order": _("The order of {count} follows from them, place by place."),
        "step_escrow": _("Every share dealt to the key holders was derived again."),
        "recomputed": _("Everything was recomputed on this computer, and the result is the same."),
        "misdealt": _("Dealt no proper shares (this changes nothing in the result): {parties}"),
    }


def of_party() -> dict[str, str]:
    """Words of the pages on which a party contributes."""
    return words.of_holder() | {
        "commitment_differs": _("This is not the number that you committed to."),
        "dice_short": _("At least {least} throws are needed, as digits 1 to 6."),
        "kept_missing": _("Your number was not kept here: type the throws again."),
    }
