// What the steps have established so far, and how they report: checks are counted for the step that is at work.

import { LARGE_LIMIT, digestOf, textOf, toHex } from "../sealing/canonical.js";
import { verifyCheckpoint } from "../sealing/log.js";
import { verifyDocument } from "../sealing/notes.js";
import { Broken, say } from "./words.js";

const STEPS = 20;

export class Case {
  constructor(files, trust, { isPublic }) {
    Object.assign(this, { files, trust, isPublic });
    this.step = 1;
    this.checks = new Array(STEPS + 1).fill(0);
    this.skipped = new Map();
    this.named = [];
    this.identities = [];
    this.notContained = [];
    this.seals = new Map(); // digest → seal
    this.live = new Map(); // bidder → digest of its live seal
    this.opened = new Map(); // stage → entry
    this.releases = new Map(); // stage → Map(kid → shares, in the order of the items; null: not contained)
    this.results = [];
  }

  at(step) {
    this.step = step;
  }

  hold(condition, sentence, values = {}) {
    this.checks[this.step] += 1;
    if (!condition) throw new Broken(sentence, values);
  }

  skip(step, sentence) {
    this.skipped.set(step, say(sentence));
  }

  get quorum() {
    return Math.max(this.trust.quorum, this.ceremony?.quorum ?? 0);
  }

  entriesOf(...events) {
    return this.entries.filter(({ tender, event }) => tender === this.tender && events.includes(event));
  }

  async text(path) {
    return textOf(await this.files.read(path));
  }

  // The document at `path` has the digest that the log states.
  async document(path, digest) {
    const bytes = await this.files.read(path);
    this.hold(bytes.length <= LARGE_LIMIT, "{path} has more than {limit} bytes", { path, limit: LARGE_LIMIT });
    const isIt = (await digestOf(bytes)) === digest;
    this.hold(isIt, "{path} is not the document whose digest is in the log", { path });
    return bytes;
  }

  // The statement beside a document: the file of the same name that ends in .sig.
  async signed(path, type, bytes, vkey) {
    await verifyDocument(type, bytes, await this.text(path.replace(/\.json$/, ".sig")), vkey);
    this.checks[this.step] += 1;
  }

  // A checkpoint with its quorum whose root is that of the log at its size.
  async checkpoint(note, quorum = this.quorum) {
    const found = await verifyCheckpoint(note, this.trust);
    const count = found.cosignatures.length;
    this.hold(count >= quorum, "{found} witnesses have cosigned the checkpoint; {quorum} are needed", {
      found: count,
      quorum,
    });
    const size = Number(found.size);
    this.hold(size <= this.tree.size, "the checkpoint is of a longer log than that of the bundle");
    const root = await this.tree.root(size);
    this.hold(root === toHex(found.root), "the checkpoint has another root than the log");
    return { ...found, size };
  }

  keyOf(kind, subject, index) {
    const keys = (this.enrolled.get(`${kind} ${subject}`) ?? []).filter((key) => key.index < index);
    if (keys.length === 0) {
      throw new Broken("no key of {subject} was enrolled before entry {index}", { subject, index });
    }
    return keys.at(-1).vkey;
  }

  deadline(index) {
    return this.deadlines.filter(({ since }) => since < index).at(-1).at;
  }

  items(stage) {
    const names = this.stages[stage - 1];
    return this.close.accepted.flatMap((digest) => {
      const seal = this.seals.get(digest);
      return seal.envelopes.filter(({ name }) => names.includes(name)).map((envelope) => ({ digest, seal, envelope }));
    });
  }
}
