// A live hall: the server's fragment, kept up to date by frames over a socket. The order is the server's: a frame
// out of order, one that brings only a number, or a lost line means fetching the whole state again. Works, more
// slowly, without a socket.

const config = JSON.parse(document.getElementById("page-config").textContent);
const hall = document.querySelector("[data-hall]");
const connection = document.querySelector("[data-connection]");
const LONGEST_PAUSE = 30_000;
const pollPause = (config.poll_seconds ?? 15) * 1000;

let seen = seqOf();
let tries = 0;
let polling = null;
let fetching = false;
let again = false;

function seqOf() {
  return Number(hall.querySelector("[data-seq]")?.dataset.seq ?? hall.dataset.seq ?? 0);
}

function sayConnection(state) {
  if (connection === null) return;
  connection.textContent = config.messages[state] ?? state;
  connection.dataset.state = state;
}

// Our own server's fragment. The hall is not a sealing page: no secret is ever typed here.
function swap(place, html) {
  const focused = document.activeElement?.id;
  const template = document.createElement("template");
  template.innerHTML = html;
  place.replaceChildren(template.content);
  if (focused) document.getElementById(focused)?.focus();
}

// One fetch at a time: news that comes meanwhile is fetched afterwards, once.
async function catchUp() {
  again = true;
  if (fetching) return;
  fetching = true;
  while (again) {
    again = false;
    await fetchState();
  }
  fetching = false;
}

async function fetchState() {
  try {
    const answer = await fetch(config.urls.state, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    const html = await answer.text();
    swap(hall, html);
    seen = Math.max(seen, seqOf());
    hall.dispatchEvent(new CustomEvent("hall:state", { bubbles: true, detail: { seq: seen } }));
  } catch {
    // the line is down: the next try will come
  }
}

function apply(frame) {
  if (frame.seq <= seen) return;
  const isBare = frame.html === undefined && frame.data === undefined;
  if (frame.seq !== seen + 1 || isBare) {
    void catchUp();
    return;
  }
  seen = frame.seq;
  if (typeof frame.html === "string") {
    const place = frame.target === undefined ? hall : document.getElementById(frame.target);
    if (place !== null) swap(place, frame.html);
  }
  for (const [name, text] of Object.entries(frame.data ?? {})) {
    for (const place of hall.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) place.textContent = String(text);
  }
  hall.dispatchEvent(new CustomEvent("hall:frame", { bubbles: true, detail: frame }));
}

function pollWhileDown(down) {
  if (down && polling === null) polling = setInterval(catchUp, pollPause);
  if (!down && polling !== null) {
    clearInterval(polling);
    polling = null;
  }
}

function connect() {
  const url = new URL(config.urls.socket, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  socket.onopen = () => {
    sayConnection("connected");
    pollWhileDown(false);
    tries = 0;
    void catchUp(); // whatever happened while nobody listened
  };
  socket.onmessage = ({ data }) => apply(JSON.parse(data));
  socket.onclose = () => {
    tries += 1;
    sayConnection(tries > 3 ? "polling" : "reconnecting");
    pollWhileDown(true);
    // a share of chance, so that a hall full of people does not come back at the same instant
    setTimeout(connect, Math.min(LONGEST_PAUSE, 500 * 2 ** tries) * (0.5 + Math.random() / 2));
  };
}

connect();
