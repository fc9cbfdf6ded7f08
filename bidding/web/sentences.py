"""Sentences that several pages of bidding say."""

from __future__ import annotations

from core.reasons import reason

HOLDERS = reason("the key holders")
BOX_NOT_OPEN = reason("The bid box opens when every key holder has shown that its key works.")
SEAL_NOW = reason("Seal your bid on this computer and hand it in.")
MAY_REPLACE = reason("Your bid is in the box. You may replace it or take it back until the deadline.")
NOT_OPENED = reason("Your bid was not opened; the record of the opening says why.")
CONFIRM_NOW = reason("Confirm in the hall what was read out of your bid, or object to the opening.")
IN_EVALUATION = reason("Your bid is opened and stands in the record.")
ENDED = reason("This tender has ended.")
OPENING_COMES = reason("Your bid is in the box; it is opened together with all others.")
WITHOUT_YOU = reason("The bid box is closed; there is no bid of your organisation in it.")
