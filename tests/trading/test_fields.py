from __future__ import annotations

from django.utils.translation import override

from core.reasons import reason
from trading.forms.fields import said
from trading.names import RefusalGround, label


def test_the_name_of_a_choice_is_said_with_its_parts_in_the_language_of_the_reader() -> None:
    ground = label(RefusalGround.FORCE_MAJEURE)
    kept = reason("{ground}: {consequence}", ground=ground, consequence=reason("the deposit goes back"))
    chosen = said([("plain", ground), ("made", kept)])  # made before anybody reads it
    with override("en"):
        assert [str(name) for _, name in chosen] == [str(ground), f"{ground}: the deposit goes back"]
    with override("zh-hans"):
        assert [str(name) for _, name in chosen] == [
            "中标人因不可抗力不能履行合同",
            "中标人因不可抗力不能履行合同：保证金予以退还",
        ]
