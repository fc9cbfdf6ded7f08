// What can go wrong, as a code that the page has words for. `code` is a key of the page's `messages`;
// `values` fill the {placeholders} of that message. Programmers' details go into `detail`, never to people.

export class Fault extends Error {
  constructor(code, values = {}, detail = "") {
    super(detail === "" ? code : `${code}: ${detail}`);
    this.name = "Fault";
    this.code = code;
    this.values = values;
  }
}

// A document, note or file that breaks its own format.
export class Malformed extends Fault {
  constructor(detail) {
    super("malformed", { detail }, detail);
    this.name = "Malformed";
  }
}

// A well-formed document that says something else than it must.
export class Mismatch extends Fault {
  constructor(what) {
    super("mismatch", { what }, what);
    this.name = "Mismatch";
  }
}
