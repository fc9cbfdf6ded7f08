// Countdowns and the clock in the foot follow the server's time, never the browser's: the browser only
// measures how long ago the server told it. The page reads the same without this script, as absolute times.
const root = document.documentElement;
const words = root.lang.startsWith("zh")
  ? { left: (t) => `还剩 ${t}`, day: " 天 ", hour: " 小时 ", minute: " 分 ", second: " 秒" }
  : { left: (t) => `${t} left`, day: " d ", hour: " h ", minute: " min ", second: " s" };
const SOON = 24 * 3600 * 1000;
const AGAIN = 5 * 60 * 1000;

let offset = Date.parse(root.dataset.serverNow) - performance.now();
export const serverNow = () => performance.now() + offset;

async function ask() {
  if (!root.dataset.clock) return;
  const sent = performance.now();
  try {
    const answer = await fetch(root.dataset.clock, { cache: "no-store", credentials: "omit" });
    const { now } = await answer.json();
    const back = performance.now();
    offset = Date.parse(now) + (back - sent) / 2 - back;
  } catch {
    // The last known offset goes on; the absolute time stands beside every countdown.
  }
}

function remaining(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [d, h, m] = [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60];
  const two = (n) => String(n).padStart(2, "0");
  if (d > 0) return `${d}${words.day}${h}${words.hour}`.trim();
  return `${h > 0 ? `${h}${words.hour}` : ""}${two(m)}${words.minute}${two(s % 60)}${words.second}`;
}

function face(ms) {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium",
  });
  return parts.format(new Date(ms));
}

function tick() {
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-deadline]")) {
    const ms = Date.parse(element.dataset.deadline) - now;
    const text = ms > 0 ? words.left(remaining(ms)) : element.dataset.over;
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle("soon", ms > 0 && ms < SOON);
    element.classList.toggle("over", ms <= 0);
    element.hidden = false;
  }
  for (const element of document.querySelectorAll("[data-clock-face]")) element.textContent = face(now);
}

if (!Number.isFinite(offset)) offset = 0;
await ask();
tick();
setInterval(tick, 1000);
for (const news of ["hall:state", "hall:frame"]) document.addEventListener(news, tick); // a new picture has new countdowns
setInterval(ask, AGAIN);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask().then(tick); });
