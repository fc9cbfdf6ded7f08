// One upload slot: parts of 8 MiB at their offsets, then size and digest. A lost line is tried again; what the
// platform already has is asked for, never guessed.

import { Fault } from "./faults.js";
import { Unreachable, postJson, refuse, send } from "./platform.js";

export const PART = 8 * 1024 * 1024;
const PAUSES = [1000, 3000, 9000, 27_000]; // milliseconds before each further try

function wait(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

// Tries again after no answer or an answer that says "not now".
export async function persistently(attempt, { pauses = PAUSES, signal } = {}) {
  for (const pause of pauses) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const passing = error instanceof Unreachable || (error.code === "error_server" && error.values.status >= 500);
      if (!passing) throw error;
    }
    await wait(pause);
  }
  return attempt();
}

async function offsetOf(url, signal) {
  const answer = await send(url, { method: "HEAD", signal });
  if (!answer.ok) throw new Fault("upload_lost", {}, `HEAD answered ${answer.status}`);
  return Number(answer.headers.get("Upload-Offset"));
}

async function sendPart(url, part, { offset, csrf, signal }) {
  const headers = { "Content-Type": "application/octet-stream", "Upload-Offset": String(offset) };
  const answer = await send(url, { method: "PATCH", csrf, headers, body: part, signal });
  if (answer.status !== 409) {
    if (!answer.ok) await refuse(answer);
    return;
  }
  // 409: the part, or its beginning, may have arrived although its answer did not.
  const there = await offsetOf(url, signal);
  if (there === offset + part.size) return;
  if (there < offset || there > offset + part.size) throw new Fault("upload_lost", {}, `at ${there}, not ${offset}`);
  await sendPart(url, part.slice(there - offset), { offset: there, csrf, signal });
}

function inSlot(url, slot) {
  return url.replace("{slot}", encodeURIComponent(slot));
}

// A sink for seal.js; `finish` resolves to the slot's id.
export async function uploadSink({ size }, { urls, csrf, signal, pauses = PAUSES }) {
  const tries = { pauses, signal };
  const { slot } = await persistently(() => postJson(urls.uploads, { size }, { csrf, signal }), tries);
  const url = inSlot(urls.upload, slot);
  let gathered = [];
  let filled = 0;
  let offset = 0;
  const flush = async () => {
    const part = new Blob(gathered);
    await persistently(() => sendPart(url, part, { offset, csrf, signal }), tries);
    offset += part.size;
    gathered = [];
    filled = 0;
  };
  return {
    async write(bytes) {
      gathered.push(bytes);
      filled += bytes.length;
      if (filled >= PART) await flush();
    },
    async finish(described) {
      if (filled > 0) await flush();
      await persistently(() => postJson(inSlot(urls.finish, slot), described, { csrf, signal }), tries);
      return slot;
    },
  };
}
