// Speaking with the platform: JSON, bytes and documents, with every refusal in the platform's own words.

import { Fault } from "./faults.js";

// The platform said no; `reasons` are sentences for people.
export class Refused extends Fault {
  constructor(reasons) {
    super("refused", { reasons }, reasons.join(" "));
    this.name = "Refused";
    this.reasons = reasons;
  }
}

// No answer came: the same request may be made again.
export class Unreachable extends Fault {
  constructor(detail) {
    super("error_network", {}, detail);
    this.name = "Unreachable";
  }
}

export async function send(url, { method = "GET", csrf, headers = {}, body, signal } = {}) {
  const own = method === "GET" || method === "HEAD" ? {} : { "X-CSRFToken": csrf };
  const wish = { method, headers: { Accept: "application/json", ...own, ...headers }, body, signal };
  let answer;
  try {
    answer = await fetch(url, { ...wish, credentials: "same-origin", redirect: "error", cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new Unreachable(error.message);
  }
  return answer;
}

export async function refuse(answer) {
  const said = await answer.json().catch(() => null);
  if (answer.status < 500 && Array.isArray(said?.reasons)) throw new Refused(said.reasons.map(String));
  throw new Fault("error_server", { status: answer.status });
}

export async function getBytes(url, { signal } = {}) {
  const answer = await send(url, { signal, headers: { Accept: "*/*" } });
  if (!answer.ok) await refuse(answer);
  return new Uint8Array(await answer.arrayBuffer());
}

export async function getJson(url, { signal } = {}) {
  const answer = await send(url, { signal });
  if (!answer.ok) await refuse(answer);
  return answer.json();
}

export async function postJson(url, value, { csrf, signal } = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await send(url, { method: "POST", csrf, headers, body: JSON.stringify(value), signal });
  if (!answer.ok) await refuse(answer);
  return answer.status === 204 ? {} : answer.json();
}

// parts: {name: bytes}; each travels as a file, so that not one byte of a document is rewritten on the way.
export async function postParts(url, parts, { csrf, signal } = {}) {
  const body = new FormData();
  for (const [name, bytes] of Object.entries(parts)) body.append(name, new Blob([bytes]), name);
  const answer = await send(url, { method: "POST", csrf, body, signal });
  if (!answer.ok) await refuse(answer);
  return answer.json();
}
