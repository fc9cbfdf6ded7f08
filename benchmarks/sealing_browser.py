"""Sealing a large file in Chromium, against plain SHA-256 hashing of the same file in the same run.

    python benchmarks/sealing_browser.py [--megabytes 300]

Prints megabytes per second of plain hashing in the page, of sealing with upload over the loopback, and of sealing
without the upload; and what the renderer's memory was before, and at most while, the file was sealed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import CDPSession, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.sealing_js.people import LOT, ceremony_of
from tests.sealing_js.serving import Answer, SiteServer

MB = 1_000_000
MIB = 1_048_576

PAGE = '<!doctype html><html lang="en"><title>Benchmark</title><input type="file">'
HASH = """async () => {
  const {digestOfBlob} = await import("/static/sealing/hashing.js");
  const from = performance.now();
  await digestOfBlob(document.querySelector("input").files[0]);
  return (performance.now() - from) / 1000;
}"""
SEAL = """async ({ceremony, lot, uploading}) => {
  const {runJob} = await import("/static/sealing/background.js");
  const {uploadSink} = await import("/static/sealing/upload.js");
  const c = await import("/static/sealing/canonical.js");
  const blob = document.querySelector("input").files[0];
  const files = [{name: "001.bin", title: "large.bin", media: "application/octet-stream", blob}];
  const urls = {uploads: "/uploads", upload: "/uploads/{slot}", finish: "/uploads/{slot}/finish"};
  const nowhere = {write: async () => {}, finish: async () => null};
  const input = {ceremonyBytes: c.utf8(ceremony), bidder: "B-1", replaces: null,
    envelopes: [{name: "opening", lot, files}]};
  const from = performance.now();
  await runJob("seal", input, {sinks: (envelope) => uploading ? uploadSink(envelope, {urls, csrf: "x"}) : nowhere});
  return (performance.now() - from) / 1000;
}"""


class Renderer:
    """The memory of the page's process, from /proc: resident now, and the peak since the last reset."""

    def __init__(self, session: CDPSession) -> None:
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        self.pids = [process["id"] for process in processes if process["type"] == "renderer"]
        self.peak = 0
        self._stop = threading.Event()

    def resident(self) -> int:
        return max(self._resident(pid) for pid in self.pids)

    def _resident(self, pid: int) -> int:
        try:
            status = Path(f"/proc/{pid}/status").read_text("ascii")
        except FileNotFoundError:
            return 0
        return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0)

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self.peak = max(self.peak, self.resident())


def sink_site(site: SiteServer) -> None:
    """Answer uploads and keep nothing of them."""
    site.serve("/benchmark", PAGE)
    site.answer("POST", "/uploads", lambda _r: Answer({"slot": "s"}))
    site.answer("PATCH", "/uploads/s", lambda _r: (site.requests.clear(), Answer(status=204))[1])
    site.answer("POST", "/uploads/s/finish", lambda _r: Answer({}))


def make_file(folder: Path, *, size: int) -> Path:
    path = folder / "large.bin"
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(block)
    return path


def measure(path: Path, chromium: str) -> dict[str, Any]:
    given = {"ceremony": ceremony_of(max_size=2**40).data.decode(), "lot": LOT}
    with SiteServer() as site, sync_playwright() as playwright:
        sink_site(site)
        args = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--no-first-run", *args])
        page = browser.new_page()
        page.goto(f"{site.address}/benchmark")
        page.set_input_files("input", str(path))
        hashing = page.evaluate(HASH)
        with Renderer(browser.new_browser_cdp_session()) as renderer:
            before = renderer.resident()
            sealing = page.evaluate(SEAL, given | {"uploading": False})
            uploading = page.evaluate(SEAL, given | {"uploading": True})
        browser.close()
    return {"hash": hashing, "seal": sealing, "upload": uploading, "before": before, "peak": renderer.peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=300)
    size = parser.parse_args().megabytes * MB // MIB * MIB
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("needs Chromium: none was found, CHROMIUM names none")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        found = measure(make_file(Path(folder), size=size), chromium)
    rate = {name: size / MB / found[name] for name in ("hash", "seal", "upload")}
    print(f"file                          {size / MB:8.0f} MB")
    print(f"plain SHA-256 in the page     {rate['hash']:8.0f} MB/s")
    print(f"sealing in the worker         {rate['seal']:8.0f} MB/s   {rate['seal'] / rate['hash']:.2f} of hashing")
    print(f"sealing and upload (loopback) {rate['upload']:8.0f} MB/s   {rate['upload'] / rate['hash']:.2f} of hashing")
    print(
        f"renderer, resident            {found['before'] / MIB:8.0f} MiB before, {found['peak'] / MIB:.0f} MiB at most"
    )
    print(json.dumps({**rate, **{k: found[k] for k in ("before", "peak")}, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
