from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from core.errors import NotYours, Refused
from core.reasons import Reason, reason

WORDS = {"{n} bids": "{n} 份投标", "on hold: {why}": "暂停：{why}", "an objection": "异议"}


def chinese(msgid: str) -> str:
    return WORDS.get(msgid, msgid)


def test_a_reason_reads_in_english_and_equals_its_text():
    said = reason("{n} bids", n=2)
    assert (said, str(said), said == "2 bids", hash(said) == hash("2 bids")) == ("2 bids", "2 bids", True, True)
    assert (said.msgid, said.params) == ("{n} bids", {"n": 2})


def test_a_reason_is_translated_where_it_is_shown():
    assert reason("{n} bids", n=2).translated(chinese) == "2 份投标"


def test_a_reason_within_a_reason_is_translated_too():
    outer = reason("on hold: {why}", why=reason("an objection"))
    assert (outer, outer.translated(chinese)) == ("on hold: an objection", "暂停：异议")


def test_what_the_catalogue_lacks_stays_english():
    assert reason("unheard of: {n}", n=1).translated(chinese) == "unheard of: 1"


def test_braces_mean_themselves_where_nothing_is_filled_in():
    assert (reason("a {brace}"), reason("a {brace}").translated(chinese)) == ("a {brace}", "a {brace}")


def test_a_parameter_that_is_missing_is_an_error_where_the_sentence_is_made():
    with pytest.raises(KeyError):
        reason("{n} bids", m=2)


def test_parameters_keep_their_type_for_the_page():
    assert reason("{sum} owed", sum=Decimal("1.50")).params == {"sum": Decimal("1.50")}


def test_a_parameter_may_be_called_like_the_message():
    assert reason("{msgid}", msgid="x") == "x"


def test_equal_reasons_are_one_in_a_list():
    assert list(dict.fromkeys([reason("{n} bids", n=2), reason("2 bids")])) == ["2 bids"]


def test_a_refusal_names_all_its_reasons():
    refusal = Refused(reason("{n} bids", n=2), "too late")
    assert (refusal.reasons, str(refusal)) == (("2 bids", "too late"), "2 bids; too late")
    assert [type(said) for said in refusal.reasons] == [Reason, Reason]


def test_a_refusal_without_a_reason_is_a_mistake():
    with pytest.raises(ValueError, match="needs a reason"):
        Refused()


def test_what_is_not_yours_is_no_refusal():
    assert not issubclass(NotYours, Refused)


def test_a_copy_of_a_reason_can_still_be_translated():
    copied = copy.deepcopy(reason("{n} bids", n=2))
    assert (copied, copied.translated(chinese)) == ("2 bids", "2 份投标")
