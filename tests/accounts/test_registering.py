from __future__ import annotations

import pytest
from django.db import IntegrityError

from accounts import registering
from accounts.founding import found_centre
from accounts.identity import Identity, Newcomer
from accounts.models import InboxMessage, Membership, Organisation, User
from accounts.names import OrganisationState
from core.errors import Refused
from tests.accounts.conftest import AT
from tests.accounts.people import PASSWORD, entries, events, signed_in, speaking

GOOD = {
    "name": "远山建设有限公司",
    "scheme": "CN-USCI",
    "code": "91350100 m000100y43",
    "address": "福州",
    "contact": "0591-1",
    "roles": ["BIDDER"],
    "person": "林工",
    "username": "lin.gong",
    "phone": "1390000",
    "email": "lin@example.cn",
    "new": PASSWORD,
    "again": PASSWORD,
}


def register(**changes):
    data = {"scheme": "TEST", "code": "NEW-1", "name": "Newcomer Ltd"} | changes
    return registering.register_organisation(
        Identity(data["scheme"], data["code"], data["name"], data.get("address", ""), data.get("contact", "")),
        roles=data.get("roles", ["BIDDER"]),
        newcomer=Newcomer(data.get("username", "new.person"), data.get("person", "New Person")),
        password=data.get("password", PASSWORD),
        at=AT,
    )


def refusal(**changes):
    with pytest.raises(Refused) as refused:
        register(**changes)
    return refused.value.reasons


@pytest.fixture
def empty(db, at):
    """A platform on which nobody is yet."""


def test_a_registration_waits_and_seats_its_first_person_with_every_right(empty):
    client = speaking()
    answer = client.post("/account/register", GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/account/register/done")
    organisation = Organisation.objects.get()
    assert organisation.state is OrganisationState.WAITING
    assert (organisation.scheme, organisation.code, organisation.name) == (
        "CN-USCI",
        "91350100M000100Y43",
        "远山建设有限公司",
    )
    seat = Membership.objects.get()
    assert (seat.user.username, seat.role, seat.may_draft, seat.may_approve) == ("lin.gong", "BIDDER", True, True)
    assert not seat.is_in_force
    assert organisation.number in client.get("/account/register/done").content.decode()
    assert speaking().get("/account/register/done")["Location"] == "/account/register"
    assert entries() == [
        (
            "accounts.organisation.registered",
            {
                "organisation": organisation.number,
                "scheme": "CN-USCI",
                "code": "91350100M000100Y43",
                "roles": ["BIDDER"],
                "actor": entries()[0][1]["actor"],
            },
        )
    ]


def test_a_credit_code_whose_check_character_is_wrong_is_refused_with_the_reason(empty):
    answer = speaking().post("/account/register", GOOD | {"code": "91350100M000100Y44"})
    assert answer.status_code == 422
    assert (
        "The code is not right: the last character of the unified social credit code does not agree with the others."
        in answer.content.decode()
    )
    assert "远山建设有限公司" in answer.content.decode()
    assert Organisation.objects.count() == User.objects.count() == 0


@pytest.mark.parametrize(("scheme", "code"), [("IA-DOT", "C1234"), ("ia-dot", "C 1234"), ("GB-COH", "00102498")])
def test_a_foreign_register_is_taken_with_its_code_as_it_is(empty, scheme, code):
    organisation = register(scheme=scheme, code=code)
    assert (organisation.scheme, organisation.code) == (scheme.upper(), code)


def test_every_reason_is_given_at_once(empty):
    assert refusal(scheme="CN-USCI", code="123", name=" ", roles=[], username="a b", person="", password="kurz") == (
        "The organisation needs a name.",
        "The code is not right: a unified social credit code has 18 characters, not 3.",
        "Choose at least one role in which the organisation will act.",
        "The person needs a name.",
        "A user name has 3 to 64 letters, digits or . @ + - _ and no spaces.",
        "A password needs at least 12 characters; a short sentence is easy to remember.",
    )


@pytest.mark.parametrize(
    ("scheme", "code", "reason"),
    [
        ("中国", "1", "A register is named in capitals, digits and hyphens, such as CN-USCI or IA-DOT."),
        ("X", "1", "A register is named in capitals, digits and hyphens, such as CN-USCI or IA-DOT."),
        ("IA-DOT", " ", "The organisation needs its code in the register."),
    ],
)
def test_a_register_has_a_name_and_a_code(empty, scheme, code, reason):
    assert refusal(scheme=scheme, code=code) == (reason,)


@pytest.mark.parametrize("role", ["CENTER", "KEY_HOLDER", "SYSTEM"])
def test_nobody_asks_to_be_the_centre_or_a_holder(empty, role):
    name = {"CENTER": "Trading centre", "KEY_HOLDER": "Key holder", "SYSTEM": "Platform"}[role]
    assert refusal(roles=["BIDDER", role]) == (f"The role “{name}” cannot be asked for.",)


def test_a_code_is_registered_once_until_its_registration_is_refused(empty):
    first = register()
    again = refusal(username="other.person")
    assert again == ("An organisation with the code NEW-1 (TEST) is registered already.",)
    Organisation.objects.filter(pk=first.pk).update(refused_at=AT)
    assert register(username="other.person").code == "NEW-1"


def test_the_database_itself_keeps_a_code_unique(empty):
    register()
    with pytest.raises(IntegrityError):
        Organisation.objects.create(number="OR-X", scheme="TEST", code="NEW-1", name="Twice", registered_at=AT)


def test_two_who_register_the_same_at_the_same_moment_get_an_answer(empty, monkeypatch):
    register()
    monkeypatch.setattr(registering, "_against", lambda identity, roles: [])
    monkeypatch.setattr(Newcomer, "objections", lambda self: [])
    with pytest.raises(Refused) as refused:
        register(username="somebody.else")
    assert refused.value.reasons == ("Somebody registered the same name or code at the same moment: try again.",)


def test_a_taken_user_name_is_refused_and_said_at_most_five_times(empty):
    register()
    client = speaking()
    taken = GOOD | {"username": "NEW.person"}
    for _ in range(5):
        answer = client.post("/account/register", taken)
        assert answer.status_code == 422
        assert "The user name new.person is taken." in answer.content.decode()
    assert client.post("/account/register", taken).status_code == 429
    assert client.post("/account/register", GOOD).status_code == 429


def test_the_two_passwords_must_agree(empty):
    answer = speaking().post("/account/register", GOOD | {"again": "something else"})
    assert (answer.status_code, Organisation.objects.count()) == (422, 0)
    assert "The two passwords differ." in answer.content.decode()


def test_the_centre_is_told(cast):
    organisation = register()
    message = InboxMessage.objects.get()
    assert (message.organisation, message.role) == (cast.centre, "CENTER")
    assert message.link == f"/account/admission/{organisation.number}"
    page = signed_in(cast.clerk).get("/inbox").content.decode()
    assert "Newcomer Ltd asks for admission" in page


def test_who_has_an_account_registers_a_further_organisation(cast):
    client = signed_in(cast.signer)
    answer = client.post("/account/register", {key: GOOD[key] for key in ("name", "scheme", "roles")} | {"code": "X"})
    assert answer.status_code == 422
    fields = {"name": "Second Ltd", "scheme": "TEST", "code": "S-2", "roles": ["OWNER", "AGENT"]}
    assert client.post("/account/register", fields)["Location"] == "/account/register/done"
    second = Organisation.objects.get(code="S-2")
    seats = set(second.memberships.values_list("user__username", "role"))
    assert seats == {("signer", "OWNER"), ("signer", "AGENT")}
    assert client.get("/test/anybody").content.decode() == "BIDDER:OR-ACME-1:PE-SIGNER"


# -- the founding -------------------------------------------------------------------------------------------------


def test_the_centre_is_founded_once(cast):
    assert events() == ["accounts.centre.founded"]
    assert cast.centre.is_in_force
    assert set(cast.centre.memberships.values_list("role", flat=True)) == {"CENTER"}
    with pytest.raises(Refused) as refused:
        found_centre(Identity("TEST", "C-2", "Another"), newcomer=Newcomer("clerk2", "Clerk"), password=PASSWORD, at=AT)
    assert refused.value.reasons == ("This platform has its trading centre already.",)


def test_the_founding_has_a_word_on_the_console(empty, capsys, monkeypatch):
    from django.core.management import CommandError, call_command

    words = {"name": "Centre", "code": "C-1", "scheme": "TEST", "username": "first.admin", "person": "First"}
    monkeypatch.setenv("YANGGUANG_ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError, match="at least 12 characters"):
        call_command("found_centre", **words)
    monkeypatch.setenv("YANGGUANG_ADMIN_PASSWORD", PASSWORD)
    call_command("found_centre", address="1 Square", contact="Room 2", **words)
    centre = Organisation.objects.get()
    assert capsys.readouterr().out == f"{centre.number} Centre\n"
    assert (centre.address, centre.contact) == ("1 Square", "Room 2")
    assert speaking().post("/account/sign-in", {"username": "first.admin", "password": PASSWORD}).status_code == 302


def test_a_further_organisation_is_registered_by_somebody_who_exists(cast, monkeypatch):
    from core.actors import Actor
    from core.errors import NotYours

    nobody = Actor(person="PE-NOBODY", name="", role="", organisation="")
    identity = Identity("TEST", "N-1", "N")
    with pytest.raises(NotYours):
        registering.register_another(identity, roles=["BIDDER"], actor=nobody, at=AT)
    monkeypatch.setattr(registering, "_against", lambda identity, roles: [])
    with pytest.raises(Refused) as refused:
        registering.register_another(
            Identity("TEST", "ACME-1", "Acme again"), roles=["BIDDER"], actor=cast.signer.actor(), at=AT
        )
    assert refused.value.reasons == ("Somebody registered the same name or code at the same moment: try again.",)


def test_an_organisation_changes_where_it_is_found_and_nothing_else(cast, at):
    organisation = registering.change_contact(
        address=" 滨海市  新区1号 ", contact="交易部 0000-1234567", actor=cast.clerk.actor(), at=at
    )
    assert (organisation.address, organisation.contact) == ("滨海市 新区1号", "交易部 0000-1234567")
    ((_, data),) = entries("accounts.organisation.moved")
    assert sorted(data) == ["actor", "organisation"]  # and not where
    with pytest.raises(Refused) as refused:
        registering.change_contact(
            address=organisation.address, contact=organisation.contact, actor=cast.clerk.actor(), at=at
        )
    assert list(map(str, refused.value.reasons)) == ["The address and the contact are as they were."]
    with pytest.raises(Refused) as refused:
        registering.change_contact(address="a" * 301, contact="b" * 201, actor=cast.clerk.actor(), at=at)
    assert len(refused.value.reasons) == 2


def test_the_page_of_the_contact_keeps_what_was_typed(cast):
    browser = signed_in(cast.clerk)
    page = browser.post("/account/organisation/contact", {"address": "a" * 301, "contact": "交易部"}).content.decode()
    assert "交易部" in page
    assert browser.post("/account/organisation/contact", {"address": "新址", "contact": ""}).status_code == 302
    assert "新址" in browser.get("/account/organisation").content.decode()
