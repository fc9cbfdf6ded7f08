"""Pages as the platform's templates make them: the least markup that each page module asks for."""

from __future__ import annotations

import json
from typing import Any

COMMON = ["error_title", "error_unexpected", "error_network", "error_server", "field_missing", "passphrase_wrong"]

FRAME = """<!doctype html><html lang="en"><title>{module}</title>
<script id="page-config" type="application/json">{config}</script>
<script type="module" src="/static/sealing/{module}.js"></script>
<section data-page>
  <div data-errors class="error-summary" role="alert" tabindex="-1" hidden></div>
  <p data-status role="status"></p><progress data-progress max="1" hidden></progress>
  {body}
  <section data-result hidden>{result}<a data-next hidden>next</a></section>
</section></html>"""

PASSPHRASE = '<label for="p">Passphrase</label><input id="p" name="passphrase" type="password">'
TWICE = PASSPHRASE + '<label for="p2">Again</label><input id="p2" name="passphrase_again" type="password">'
KEY_FILE = '<label for="k">Key file</label><input id="k" name="key_file" type="file">'

LINE = """<div data-line data-label="Line"><input aria-label="Item" data-field="item"><input data-field="unit">
<input aria-label="Quantity" data-field="quantity" data-amount="8">
<input aria-label="Unit price" data-field="unit_price" data-amount="8">
<input aria-label="Total" data-field="total" data-amount="2">
<button type="button" data-remove-line>Remove</button></div>"""

OFFER = f"""<form data-form method="dialog">
<label for="price">Price</label><input id="price" name="price" data-amount="2" required>
<label for="words">In words</label><input id="words" name="price_words">
<label for="duration">Duration</label><input id="duration" name="duration">
<label for="manager">Manager</label><input id="manager" name="manager">
<label for="certificates">Certificates</label><input id="certificates" name="manager_certificates">
<label for="deposit">Deposit</label><input id="deposit" name="deposit" data-amount="2">
<label for="deposit-form">Form</label><select id="deposit-form" name="deposit_form"><option value="">—</option><option value="guarantee">as a guarantee</option></select>
<div data-lines data-sums-into-price></div><template data-line-template>{LINE}</template>
<button type="button" data-add-line>Add a line</button>
<label for="files">Files</label><input id="files" name="files" type="file" multiple required>
{PASSPHRASE}<button>Check</button></form>
<section data-check hidden><dl data-summary></dl>
<button type="button" data-confirm>Seal</button><button type="button" data-back>Back</button></section>
<button type="button" data-cancel hidden>Stop</button>"""

BODIES = {
    "page_holder_key": (TWICE, ["pk", "vkey"], ["wrapped"]),
    "page_bidder_key": (TWICE, ["vkey"], ["wrapped"]),
    "page_ceremony_sign": (
        PASSPHRASE + KEY_FILE + "<table><tbody data-holders></tbody></table>",
        ["digest"],
        [],
    ),
    "page_rehearsal": (PASSPHRASE, ["digest"], []),
    "page_release": (PASSPHRASE, ["count", "nulls", "digest"], ["release"]),
    "page_withdraw": (PASSPHRASE, ["digest", "place"], ["doc", "doc_sig", "receipt", "receipt_sig"]),
}
SEAL_DOWNLOADS = ["seal", "sig", "receipt", "receipt_sig", "bid_secret"]


def result_of(shown: list[str], downloads: list[str]) -> str:
    texts = "".join(f'<p data-show="{name}"></p>' for name in shown)
    return texts + "".join(f'<a data-download="{name}" hidden>{name}</a>' for name in downloads)


def page_html(module: str, config: dict[str, Any]) -> str:
    """A page with the given configuration; every message reads as its own key and its values."""
    if module == "page_seal":
        body, result = OFFER, result_of(["reference", "digest", "at"], SEAL_DOWNLOADS)
    else:
        fields, shown, downloads = BODIES[module]
        body = f'<form data-form method="dialog">{fields}<button>Go</button></form>'
        result = result_of(shown, downloads)
    told = json.dumps({"csrf": "token", "messages": {}} | config).replace("<", "\\u003c")
    return FRAME.format(module=module, config=told, body=body, result=result)
