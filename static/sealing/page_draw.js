// The page of a draw: whoever wants to recomputes it here, from documents fetched once, without asking anybody.

import { Fault } from "./faults.js";
import { recompute } from "./draw.js";
import { getJson } from "./platform.js";

const config = JSON.parse(document.getElementById("page-config").textContent);
const place = document.querySelector("[data-recompute]");
const [start, status, steps, verdict] = ["start", "status", "steps", "verdict"].map((name) => place.querySelector(`[data-${name}]`));

function say(code, values = {}) {
  const words = config.messages[code] ?? code;
  return words.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function line(words, tone) {
  const item = document.createElement("li");
  item.className = tone;
  item.textContent = words;
  steps.append(item);
}

function conclude(words, tone) {
  const box = document.createElement("p");
  box.className = `notice tone-${tone}`;
  box.dataset.tone = tone;
  box.textContent = words;
  verdict.replaceChildren(box);
}

async function run() {
  start.disabled = true;
  steps.replaceChildren();
  verdict.replaceChildren();
  status.textContent = say("working_recomputing");
  try {
    const record = await getJson(config.urls.record);
    const found = await recompute(record, { onStep: (code, values) => line(say(`step_${code}`, values), "green") });
    if (found.misdealt.length > 0) line(say("misdealt", { parties: found.misdealt.join(", ") }), "yellow");
    conclude(say("recomputed"), "green");
  } catch (error) {
    const words = error instanceof Fault ? say(error.code, error.values) : say("error_unexpected", { detail: String(error) });
    line(words, "red");
    conclude(words, "red");
  }
  status.textContent = "";
  start.disabled = false;
}

start.addEventListener("click", () => void run());
document.querySelector("[data-hall]").addEventListener("hall:state", () => {
  place.hidden = document.querySelector("[data-hall] [data-state]")?.dataset.state !== "drawn";
});
