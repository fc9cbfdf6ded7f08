// A person's own signature of a document, beside the organisation's: the passkey signs the document's digest.

import { checkPlace, usePasskey } from "./authenticator.js";
import { postJson } from "../sealing/platform.js";

// The answer to hand in, or undefined for whoever has no passkey.
export async function signWithPasskey(page, { kind, tender, document }) {
  const { passkey, csrf } = page.config;
  if (passkey === undefined) return undefined;
  checkPlace(passkey.origin);
  page.status("passkey_asking");
  const { answer } = await usePasskey(await postJson(passkey.urls.sign, { kind, tender, document }, { csrf }));
  return answer;
}
