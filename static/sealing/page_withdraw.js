// A bidder takes its bid back before the deadline, with its signature; it is back when the receipt has been verified.

import { canonicalBytes, digestOf, textOf, utf8 } from "./canonical.js";
import { signDocument } from "./notes.js";
import { Page } from "./page.js";
import { signWithPasskey } from "../passkeys/signing.js";
import { postJson } from "./platform.js";
import { persistently } from "./upload.js";
import { checkReceipt } from "./verify.js";

const page = new Page();
const { config } = page;
const { tender, bidder, seal, urls, csrf, platform, log, witnesses } = config;

page.onSubmit(async () => {
  const { signer } = await page.ownKeys("bidder");
  page.status("working_signing");
  const bytes = canonicalBytes({ v: "tsb/1", type: "withdraw", tender, bidder, seal });
  const note = await signDocument("withdraw", bytes, signer);
  const doc = await digestOf(bytes);
  const passkey = await signWithPasskey(page, { kind: "withdrawal", tender, document: doc });
  page.status("working_sending");
  const given = { doc: textOf(bytes), note, passkey };
  const answer = await persistently(() => postJson(urls.withdraw, given, { csrf }));
  page.status("working_verifying");
  const receiptBytes = utf8(answer.receipt);
  const deadline = answer.deadline ?? config.deadline; // it may have been extended since the page was loaded
  const expected = { tender, bidder, seal, doc, deadline, platform, log, witnesses };
  const { entry, index } = await checkReceipt({ receiptBytes, note: answer.note, expected });
  page.finish({
    show: { reference: answer.reference, digest: doc, at: entry.at, place: String(index) },
    downloads: {
      doc: { bytes, file: "withdraw.json" },
      doc_sig: { bytes: utf8(note), file: "withdraw.sig" },
      receipt: { bytes: receiptBytes, file: "receipt.json" },
      receipt_sig: { bytes: utf8(answer.note), file: "receipt.sig" },
    },
    next: answer.next,
    status: "withdrawn",
  });
});
