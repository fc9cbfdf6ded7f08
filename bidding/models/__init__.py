"""The nouns of bidding: ceremony and holders, seals, close, releases, opening, opened bids, deposits."""

from bidding.models.ceremony import Ceremony, KeyHolder, KeyRehearsal
from bidding.models.close import Close, Release, WitnessedClose
from bidding.models.deposit import Deposit
from bidding.models.opened_bid import OpenedBid, OpenedFile
from bidding.models.opening import Opening, OpeningRemark, ReadOut
from bidding.models.seal import Payload, Receipt, Seal
from bidding.models.upload import UploadSlot

__all__ = [
    "Ceremony",
    "Close",
    "Deposit",
    "KeyHolder",
    "KeyRehearsal",
    "OpenedBid",
    "OpenedFile",
    "Opening",
    "OpeningRemark",
    "Payload",
    "ReadOut",
    "Receipt",
    "Release",
    "Seal",
    "UploadSlot",
    "WitnessedClose",
]
