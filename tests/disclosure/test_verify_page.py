"""The page of the check as it is served: for everybody, under the policy that its script was tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests.sealing_js.serving import PAGE_POLICY

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.django_db
def test_the_page_is_served_to_everybody_under_the_plain_policy(client: Client) -> None:
    answer = client.get(reverse("disclosure:verify"))
    assert answer.status_code == 200
    assert "verify/page_verify.js" in answer.content.decode()
    served = {part.strip() for part in answer.headers["Content-Security-Policy"].split(";")}
    assert served == {part.strip() for part in PAGE_POLICY.split(";")}
    assert reverse("disclosure:verify") in client.get(reverse("disclosure:evidence")).content.decode()
