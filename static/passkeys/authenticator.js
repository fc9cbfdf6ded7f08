// Speaking with the browser's authenticators: options come as JSON and answers go as JSON, bytes as base64url.

import { fromB64u, toB64u } from "../sealing/canonical.js";
import { Fault } from "../sealing/faults.js";

// Browsers know passkeys on their platform's one origin only; said before anybody is asked for anything.
export function checkPlace(origin) {
  if (location.origin !== origin) throw new Fault("passkey_elsewhere", { origin });
  if (!isSecureContext || globalThis.PublicKeyCredential === undefined) throw new Fault("passkey_none");
}

export async function createPasskey(options) {
  const publicKey = {
    ...options,
    challenge: fromB64u(options.challenge),
    user: { ...options.user, id: fromB64u(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(descriptor),
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const { response } = made;
  return {
    ...answerOf(made),
    response: {
      clientDataJSON: b64u(response.clientDataJSON),
      attestationObject: b64u(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

// `salt` (bytes) asks for the passkey's own secret beside the signature: {answer, secret (32 bytes) or null}. The
// secret never leaves the browser.
export async function usePasskey(options, { salt } = {}) {
  const publicKey = {
    ...options,
    challenge: fromB64u(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(descriptor),
    ...(salt === undefined ? {} : { extensions: { prf: { eval: { first: salt } } } }),
  };
  const found = await asked(() => navigator.credentials.get({ publicKey }));
  const { response } = found;
  const secret = found.getClientExtensionResults().prf?.results?.first;
  const answer = {
    ...answerOf(found),
    clientExtensionResults: {},
    response: {
      clientDataJSON: b64u(response.clientDataJSON),
      authenticatorData: b64u(response.authenticatorData),
      signature: b64u(response.signature),
      userHandle: response.userHandle === null ? null : b64u(response.userHandle),
    },
  };
  return { answer, secret: secret === undefined ? null : new Uint8Array(secret) };
}

// Of the results of extensions only whether there is a PRF goes out; its values stay here.
function answerOf(credential) {
  const enabled = credential.getClientExtensionResults().prf?.enabled === true;
  return {
    id: credential.id,
    rawId: b64u(credential.rawId),
    type: credential.type,
    clientExtensionResults: { prf: { enabled } },
  };
}

async function asked(ask) {
  try {
    return await ask();
  } catch (error) {
    throw new Fault(FAULTS[error.name] ?? "passkey_failed", { detail: error.message }, String(error));
  }
}

const FAULTS = {
  AbortError: "passkey_stopped",
  ConstraintError: "passkey_unfit",
  InvalidStateError: "passkey_known",
  NotAllowedError: "passkey_stopped",
  NotSupportedError: "passkey_unfit",
};

function descriptor(each) {
  return { ...each, id: fromB64u(each.id) };
}

function b64u(buffer) {
  return toB64u(new Uint8Array(buffer));
}
