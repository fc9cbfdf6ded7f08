// The Merkle tree over all lines of the log (RFC 6962), level by level.

import { concat, fromHex, sha256, toHex, utf8 } from "../sealing/canonical.js";
import { leafHash } from "../sealing/log.js";
import { Broken } from "./words.js";

const WITHHELD = /^[0-9a-f]{64}$/;
const AT_ONCE = 4096;

export class Tree {
  constructor(levels) {
    this.levels = levels; // rows of hashes; the first is that of the leaves
    this.size = levels[0].length;
  }

  async root(size) {
    const parts = [];
    let start = 0;
    for (let level = this.levels.length - 1; level >= 0; level -= 1) {
      const span = 2 ** level;
      if (Math.floor(size / span) % 2 === 0) continue;
      parts.push(this.levels[level][start / span]);
      start += span;
    }
    let root = parts.pop() ?? (await sha256(new Uint8Array()));
    while (parts.length > 0) root = await node(parts.pop(), root);
    return toHex(root);
  }
}

function node(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

async function inTurns(items, work) {
  const done = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    done.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return done;
}

// {tree, disclosed: [{index, text}], withheld} of log/entries.jsonl.
export async function readLines(text) {
  if (!text.endsWith("\n") && text !== "") throw new Broken("a line of the log is too long or does not end");
  const lines = text.split("\n").slice(0, -1);
  const leaves = await inTurns(lines, (line) => (WITHHELD.test(line) ? fromHex(line) : leafHash(utf8(line))));
  const levels = [leaves];
  while (levels.at(-1).length > 1) {
    const row = levels.at(-1);
    const pairs = Array.from({ length: Math.floor(row.length / 2) }, (_, place) => [row[2 * place], row[2 * place + 1]]);
    levels.push(await inTurns(pairs, ([left, right]) => node(left, right)));
  }
  const disclosed = lines.map((line, index) => ({ index, text: line })).filter((line) => !WITHHELD.test(line.text));
  return { tree: new Tree(levels), disclosed, withheld: lines.length - disclosed.length };
}
