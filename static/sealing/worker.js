// The worker's side of background.js: one job, then it is ended. It asks the page for everything outside itself.

import { Fault } from "./faults.js";
import { lock, unlock } from "./age.js";
import { sealBid } from "./seal.js";

const waiting = new Map();
let calls = 0;

// Ask the page and wait for its answer: this is what holds the cipher back while the line is slow.
function ask(message, transfer = []) {
  calls += 1;
  postMessage({ ...message, call: calls }, transfer);
  return new Promise((resolve) => {
    waiting.set(calls, resolve);
  });
}

async function openSink(envelope) {
  const sink = await ask({ kind: "open", envelope });
  return {
    write(bytes) {
      const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
      return ask({ kind: "write", sink, bytes: whole }, [whole.buffer]);
    },
    finish: ({ size, sha256 }) => ask({ kind: "finish", sink, size, sha256 }),
  };
}

function progressEvery(step) {
  let next = 0;
  return (fraction) => {
    if (fraction < next) return;
    next = fraction + step;
    postMessage({ kind: "progress", fraction });
  };
}

const JOBS = {
  lock: ({ bytes, passphrase }) => lock(bytes, passphrase),
  unlock: ({ bytes, passphrase }) => unlock(bytes, passphrase),
  seal: (input) => sealBid({ ...input, openSink, onProgress: progressEvery(0.002) }),
};

onmessage = async ({ data }) => {
  if (data.call !== undefined) {
    waiting.get(data.call)(data.answer);
    waiting.delete(data.call);
    return;
  }
  try {
    postMessage({ kind: "done", result: await JOBS[data.job](data.input) });
  } catch (error) {
    const known = error instanceof Fault;
    const code = known ? error.code : "error_unexpected";
    const values = known ? error.values : { detail: String(error) };
    postMessage({ kind: "failed", code, values, detail: String(error) });
  }
};
