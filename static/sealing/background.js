// Heavy work beside the page, so that the page stays alive: sealing, and trying passphrases. The worker has no
// network of its own; encrypted bytes come back here and the page sends them, under the page's own policy.

import { Fault } from "./faults.js";

const address = new URL("./worker.js", import.meta.url).href;

// Under Trusted Types a worker's address is a sink; the policy lets through exactly this one.
function trusted(url) {
  if (globalThis.trustedTypes === undefined) return url;
  trusted.policy ??= trustedTypes.createPolicy("tsb", {
    createScriptURL(asked) {
      if (asked !== address) throw new TypeError("not our worker");
      return asked;
    },
  });
  return trusted.policy.createScriptURL(url);
}

// `onProgress(fraction)`; `sinks(envelope)` opens where an envelope's bytes go: {write, finish}, both awaited.
export function runJob(job, input, { onProgress = () => {}, sinks, signal } = {}) {
  const worker = new Worker(trusted(address), { type: "module" });
  return new Promise((resolve, reject) => {
    const opened = [];
    const serve = {
      progress: ({ fraction }) => onProgress(fraction),
      open: async ({ envelope }) => opened.push(await sinks(envelope)) - 1,
      write: ({ sink, bytes }) => opened[sink].write(bytes),
      finish: ({ sink, size, sha256 }) => opened[sink].finish({ size, sha256 }),
      done: ({ result }) => resolve(result),
      failed: ({ code, values, detail }) => reject(new Fault(code, values, detail)),
    };
    worker.onmessage = async ({ data }) => {
      try {
        const answer = await serve[data.kind](data);
        if (data.call !== undefined) worker.postMessage({ call: data.call, answer });
      } catch (error) {
        reject(error);
      }
    };
    worker.onerror = (event) => reject(new Fault("browser_too_old", {}, event.message ?? "the worker did not start"));
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    worker.postMessage({ job, input });
  }).finally(() => worker.terminate());
}

// For keys.js and bid_secret.js: the passphrase work away from the page.
export const locks = {
  lock: (bytes, passphrase) => runJob("lock", { bytes, passphrase }),
  unlock: (bytes, passphrase) => runJob("unlock", { bytes, passphrase }),
};
