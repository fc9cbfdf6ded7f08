"""The page modules under the sealing page's policy, against the Python side as the platform."""

from __future__ import annotations

import base64
import json
import threading

import pytest

from bidding.rules import age_passphrase
from bidding.rules.bid_secret import unlock_bid_secret
from bidding.rules.ceremony_signatures import verify_holder_signature
from bidding.rules.close import write_close
from bidding.rules.form import read_form
from bidding.rules.rehearsal import check_answer, read_answer, verify_answer_signature, write_rehearsal
from bidding.rules.seal_document import read_seal
from core.notes import SigningKey
from tests.sealing_js.opening import open_bid, releases_by
from tests.sealing_js.people import HOLDERS, PASSPHRASE, TENDER, ceremony_of
from tests.sealing_js.platform import DEADLINE, Platform
from tests.sealing_js.serving import Answer

HOLDER = HOLDERS["tenderee"]


@pytest.fixture
def platform(site):
    return Platform(site, ceremony_of())


def wrapped(person) -> str:
    return base64.b64encode(person.wrapped()).decode()


def go(page, *, passphrase=PASSPHRASE):
    page.goto("/page")
    page.fill("[name=passphrase]", passphrase)
    if page.locator("[name=passphrase_again]").count():
        page.fill("[name=passphrase_again]", passphrase)
    page.click("form button")


def shown(page, name):
    return page.locator(f"[data-show={name}]").inner_text()


def downloaded(page, name):
    with page.expect_download() as download:
        page.click(f"[data-download={name}]")
    return download.value.suggested_filename, download.value.path().read_bytes()


def complaint(page):
    page.wait_for_selector("[data-errors]:not([hidden])")
    assert page.evaluate("document.activeElement.hasAttribute('data-errors')")
    return page.locator("[data-errors] li").all_inner_texts()


# ---- keys ----------------------------------------------------------------------------------------------------


def test_a_holder_makes_keys_that_only_its_passphrase_opens(page, platform, site):
    site.answer("POST", "/key", lambda _r: Answer({"next": "/seat"}, 201))
    platform.serve(
        "page_holder_key", {"name": "yangguang.example/holder/h1", "file_name": "h1.age", "urls": {"key": "/key"}}
    )
    go(page)
    page.wait_for_selector("[data-result]:not([hidden])")
    (sent,) = site.sent("POST", "/key")
    assert sorted(sent.json) == ["pk", "vkey", "wrapped"]
    assert sent.headers["X-CSRFToken"] == "token"
    locked = base64.b64decode(sent.json["wrapped"])
    secrets = json.loads(age_passphrase.decrypt(locked, passphrase=PASSPHRASE))
    assert (secrets["kind"], secrets["name"]) == ("holder", "yangguang.example/holder/h1")
    seed = base64.urlsafe_b64decode(secrets["ed25519"] + "=")
    assert sent.json["vkey"] == str(SigningKey(secrets["name"], seed).verify_key)
    assert (shown(page, "pk"), shown(page, "vkey")) == (sent.json["pk"], sent.json["vkey"])
    assert downloaded(page, "wrapped") == ("h1.age", locked)
    assert page.locator("[data-next]").get_attribute("href") == "/seat"
    assert secrets["ed25519"].encode() not in b"".join(asked.body for asked in site.requests)


def test_a_holder_keeps_its_signing_key_from_an_earlier_tender(page, platform, site):
    site.answer("POST", "/key", lambda _r: Answer({}))
    config = {"name": "unused", "file_name": "h.age", "wrapped": wrapped(HOLDER), "urls": {"key": "/key"}}
    platform.serve("page_holder_key", config)
    go(page)
    page.wait_for_selector("[data-result]:not([hidden])")
    (sent,) = site.sent("POST", "/key")
    assert sent.json["vkey"] == HOLDER.vkey
    assert base64.urlsafe_b64decode(sent.json["pk"] + "=") != HOLDER.public


def test_short_and_differing_passphrases_are_refused_together_and_linked_to_their_fields(page, platform, site):
    config = {"name": "n", "file_name": "f", "urls": {"key": "/key"}}
    messages = {"passphrase_short": "{field}: at least {least}", "passphrase_differs": "{field}: not the same"}
    platform.serve("page_bidder_key", config | {"messages": messages})
    page.goto("/page")
    page.fill("[name=passphrase]", "short")
    page.fill("[name=passphrase_again]", "shorter")
    page.click("form button")
    assert complaint(page) == ["Passphrase: at least 10", "Again: not the same"]
    page.click("[data-errors] a >> nth=1")
    assert page.evaluate("document.activeElement.name") == "passphrase_again"
    assert page.input_value("[name=passphrase]") == "short"
    assert site.sent("POST", "/key") == []


def test_a_bidder_enrols_a_key(page, platform, site):
    site.answer("POST", "/key", lambda _r: Answer({}))
    platform.serve(
        "page_bidder_key", {"name": "yangguang.example/bidder/B-1", "file_name": "b.age", "urls": {"key": "/key"}}
    )
    go(page)
    page.wait_for_selector("[data-result]:not([hidden])")
    (sent,) = site.sent("POST", "/key")
    secrets = json.loads(age_passphrase.decrypt(base64.b64decode(sent.json["wrapped"]), passphrase=PASSPHRASE))
    assert (secrets["kind"], sorted(sent.json)) == ("bidder", ["vkey", "wrapped"])


@pytest.mark.parametrize(
    ("lacking", "code"),
    [
        ("delete String.prototype.isWellFormed", "browser_too_old"),
        ("delete globalThis.WebAssembly", "browser_too_old"),
        ("Object.defineProperty(globalThis, 'isSecureContext', {value: false})", "insecure_address"),
    ],
)
def test_a_browser_that_cannot_do_it_says_so_before_anybody_types(page, platform, lacking, code):
    platform.serve("page_bidder_key", {"name": "n", "file_name": "f", "urls": {"key": "/key"}})
    page.add_init_script(lacking)
    page.goto("/page")
    assert complaint(page) == [code]


# ---- holders -------------------------------------------------------------------------------------------------


def test_a_holder_sees_the_ceremony_that_it_signs(page, platform, site):
    site.answer("POST", "/sign", lambda _r: Answer({}))
    config = {
        "kid": "tenderee",
        "wrapped": wrapped(HOLDER),
        "expected": {"tender": TENDER, "k": 3, "envelopes": {"opening": "public"}},
        "urls": {"ceremony": "/ceremony", "sign": "/sign"},
        "messages": {"role_tenderee": "the tenderee"},
    }
    platform.serve("page_ceremony_sign", config)
    page.goto("/page")
    page.wait_for_selector("[data-holders] tr.is-own")
    assert page.locator("[data-holders] tr").count() == 4
    own = page.locator("tr.is-own td").all_inner_texts()
    assert own == ["tenderee", "org-tenderee", "the tenderee", HOLDER.vkey]
    go(page)
    page.wait_for_selector("[data-result]:not([hidden])")
    (sent,) = site.sent("POST", "/sign")
    verify_holder_signature(platform.ceremony, kid="tenderee", note=sent.json["note"])


def test_a_holder_does_not_sign_a_ceremony_with_another_key_in_its_place(page, platform, site):
    platform.ceremony = ceremony_of(HOLDERS | {"tenderee": HOLDERS["agency"], "agency": HOLDER})
    platform.serve(
        "page_ceremony_sign",
        {"kid": "tenderee", "wrapped": wrapped(HOLDER), "urls": {"ceremony": "/ceremony", "sign": "/sign"}},
    )
    go(page)
    assert complaint(page) == ["other_key_in_ceremony"]
    assert site.sent("POST", "/sign") == []


def test_a_wrong_passphrase_is_said_and_what_was_typed_stays(page, platform):
    config = {"kid": "tenderee", "wrapped": wrapped(HOLDER), "urls": {"ceremony": "/ceremony", "sign": "/sign"}}
    platform.serve("page_ceremony_sign", config)
    go(page, passphrase="not this one at all")
    assert complaint(page) == ["passphrase_wrong"]
    assert page.input_value("[name=passphrase]") == "not this one at all"
    assert page.locator("form button").is_enabled()


def test_a_holder_answers_the_rehearsal(page, platform, site):
    secret = bytes(range(100, 132))
    rehearsal = write_rehearsal(platform.ceremony, secret=secret, cid=bytes(range(16)))
    site.answer("GET", "/rehearsal", lambda _r: Answer(rehearsal.data))
    site.answer("POST", "/answer", lambda _r: Answer({}))
    urls = {"ceremony": "/ceremony", "rehearsal": "/rehearsal", "answer": "/answer"}
    platform.serve("page_rehearsal", {"kid": "tenderee", "wrapped": wrapped(HOLDER), "urls": urls})
    go(page)
    page.wait_for_selector("[data-result]:not([hidden])")
    (sent,) = site.sent("POST", "/answer")
    answer = read_answer(sent.json["answer"].encode())
    check_answer(answer, rehearsal=rehearsal, ceremony=platform.ceremony, secret=secret)
    verify_answer_signature(answer, note=sent.json["note"], key=HOLDER.signing.verify_key)


# ---- a bid from the form to the opening ----------------------------------------------------------------------


def fill_offer(page, *files):
    page.goto("/page")
    page.click("[data-add-line]")
    page.fill("[data-line] [data-field=item]", "路面")
    page.fill("[data-line] [data-field=quantity]", "1,000")
    page.fill("[data-line] [data-field=unit_price]", "970.005")
    page.fill("[name=duration]", "90 日历天")
    page.fill("[name=manager_certificates]", "一级建造师 云145")
    page.fill("[name=deposit]", "20000")
    page.select_option("[name=deposit_form]", "guarantee")
    page.set_input_files("[name=files]", list(files))
    page.fill("[name=passphrase]", PASSPHRASE)


def seal_offer(page, *files):
    fill_offer(page, *files)
    page.click("form button:not([type=button])")
    page.click("[data-confirm]")


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "技术方案.PDF"
    path.write_bytes(b"%PDF the canary 7f3a91 sits in here" * 300_000)
    return path


def test_an_offer_is_sealed_in_the_page_and_opened_by_three_holders(page, platform, site, document):
    platform.serve("page_seal", platform.seal_config())
    fill_offer(page, document)
    assert page.input_value("[data-field=total]") == "970005.00"
    assert page.input_value("[name=price]") == "970005.00"
    assert page.input_value("[name=price_words]") == "玖拾柒万零伍元整"
    page.click("form button:not([type=button])")
    summary = page.locator("[data-summary]").inner_text()
    assert all(text in summary for text in ("970005.00", "玖拾柒万零伍元整", "路面", "技术方案.PDF", "10.0 MB"))
    assert PASSPHRASE not in summary
    page.click("[data-confirm]")
    page.wait_for_selector("[data-result]:not([hidden])")
    assert shown(page, "reference") == "R-0042"

    ((seal_digest, seal),) = platform.seals.items()
    assert shown(page, "digest") == seal_digest
    (payload,) = platform.stored.values()
    close = write_close(tender=TENDER, deadline=DEADLINE, closed_at=DEADLINE, accepted=[seal_digest])
    releases = releases_by(["agency", "centre", "supervisor"], platform.ceremony, close=close, seals=[seal])
    opened = open_bid(platform.ceremony, seal=seal, payload=payload, releases=releases)
    assert (opened.status, opened.titles) == ("opened", ["form.json", "技术方案.PDF"])
    assert opened.files["001.pdf"] == document.read_bytes()
    form = read_form(opened.files["form.json"])
    assert [str(form.price), form.price_words, form.duration] == ["970005.00", "玖拾柒万零伍元整", "90 日历天"]
    assert form.manager_certificates == "一级建造师 云145"
    assert form.deposit_form == "guarantee"
    assert [str(form.deposit), form.lines[0].item, str(form.lines[0].unit_price)] == ["20000.00", "路面", "970.005"]

    assert downloaded(page, "seal") == ("seal.json", seal)
    assert downloaded(page, "receipt")[0] == "receipt.json"
    name, locked = downloaded(page, "bid_secret")
    secret = unlock_bid_secret(locked, passphrase=PASSPHRASE)
    assert (name, secret.bidder) == ("bid-secret.age", "B-1")

    traffic = b"".join(asked.body for asked in site.requests)
    for canary in (b"7f3a91", "路面".encode(), b"970005", PASSPHRASE.encode(), secret.envelopes[0].secret):
        assert traffic.count(canary) == 0
    assert next(len(asked.body) for asked in site.requests if asked.method == "PATCH") == 8 * 1024 * 1024


def test_an_incomplete_offer_is_refused_with_everything_that_is_missing(page, platform, site):
    platform.serve("page_seal", platform.seal_config(messages={"field_missing": "{field} is missing"}))
    page.goto("/page")
    page.fill("[name=deposit]", "twenty")
    page.fill("[name=passphrase]", PASSPHRASE)
    page.click("form button:not([type=button])")
    assert complaint(page) == ["Price is missing", "amount_malformed", "Files is missing"]
    assert page.locator("[aria-invalid=true]").count() == 3
    assert [asked for asked in site.requests if asked.method != "GET"] == []


def test_a_ceremony_that_not_every_holder_signed_stops_the_sealing(page, platform, site, document):
    whole = platform.ceremony
    site.answer("GET", "/signatures", lambda _r: Answer(b'{"kid":"agency","note":"x"}\n'))
    platform.serve("page_seal", platform.seal_config())
    seal_offer(page, document)
    assert complaint(page) == ["mismatch"]
    assert (site.sent("POST", "/uploads"), whole.n) == ([], 4)


def test_a_refusal_of_the_platform_is_shown_word_for_word(page, platform, site, document):
    site.expected_complaints.append("422")
    site.answer("POST", "/seals", lambda _r: Answer({"reasons": ["bids closed at 09:00:00", "no deposit"]}, 422))
    platform.serve("page_seal", platform.seal_config())
    seal_offer(page, document)
    assert complaint(page) == ["bids closed at 09:00:00", "no deposit"]
    assert page.input_value("[name=price]") == "970005.00"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda p: setattr(p, "signs_with", HOLDER), "signature_missing"),
        (lambda p: setattr(p, "acknowledged_at", DEADLINE), "acknowledged_late"),
        (lambda p: setattr(p, "acknowledge", lambda seal, _: Platform.acknowledge(p, seal[::-1], None)), "mismatch"),
        (lambda p: setattr(p, "log_signs_with", HOLDER), "signature_missing"),
        (lambda p: setattr(p, "logs", b"another entry"), "mismatch"),
    ],
    ids=["another key", "too late", "another seal", "another log", "not in the log"],
)
def test_a_receipt_that_does_not_hold_is_not_believed(page, platform, document, spoil, code):
    spoil(platform)
    platform.serve("page_seal", platform.seal_config())
    seal_offer(page, document)
    assert complaint(page) == [code]
    assert page.locator("[data-result]").is_hidden()


def test_sealing_can_be_stopped_and_begun_again(page, platform, site, document):
    site.expected_complaints.append("ERR_FAILED")
    waiting = []

    def append(request, slot):
        waiting.append(slot)
        if len(waiting) == 1:
            page_may_stop.wait(20)
        return platform.append(request, slot)

    page_may_stop = threading.Event()
    site.answer("PATCH", "/uploads/(.+)", append)
    platform.serve("page_seal", platform.seal_config())
    seal_offer(page, document)
    page.click("[data-cancel]")
    assert complaint(page) == ["cancelled"]
    page_may_stop.set()
    assert (platform.seals, page.locator("[data-cancel]").is_hidden()) == ({}, True)
    page.click("form button:not([type=button])")
    page.click("[data-confirm]")
    page.wait_for_selector("[data-result]:not([hidden])")
    assert len(platform.seals) == 1


def test_a_lost_line_in_the_middle_of_an_upload_is_taken_up_where_it_broke(page, platform, site, document):
    site.expected_complaints += ["503", "409"]
    broken = []

    def append(request, slot):
        if not broken:  # the part arrives, its answer does not
            broken.append(slot)
            platform.append(request, slot)
            return Answer(status=503)
        return platform.append(request, slot)

    site.answer("PATCH", "/uploads/(.+)", append)
    platform.serve("page_seal", platform.seal_config())
    seal_offer(page, document)
    page.wait_for_selector("[data-result]:not([hidden])")
    ((_, seal),) = platform.seals.items()
    (payload,) = platform.stored.values()
    assert read_seal(seal, ceremony=platform.ceremony).envelopes[0].size == len(payload)


def test_the_same_seal_is_handed_in_again_when_its_answer_was_lost(page, platform, site, document):
    site.expected_complaints.append("503")
    handed = []

    def submit(request):
        handed.append(request.body.count(b'"type":"seal"'))
        answer = platform.submit(request)
        return Answer(status=503) if len(handed) == 1 else answer

    site.answer("POST", "/seals", submit)
    platform.serve("page_seal", platform.seal_config())
    seal_offer(page, document)
    page.wait_for_selector("[data-result]:not([hidden])")
    assert (handed, len(platform.seals), len(platform.stored)) == ([1, 1], 1, 1)
