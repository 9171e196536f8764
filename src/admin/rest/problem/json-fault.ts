/** Where a text stops being JSON, for people: line and column count from 1, the column in UTF-16 units. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What a string may not hold as it is; what is between is passed over without steps back, whatever its length. */
const SPECIAL = /["\\\u0000-\u001f]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

type Expected = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

/** Finds the first fault of a text that `JSON.parse` refused (RFC 8259); one pass, no recursion. */
export function findJsonFault(text: string): JsonFault {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return false;
    at += found[0].length;
    return true;
  };
  const takeString = (): boolean => {
    const end = text[at] === '"' ? endOfString(text, at + 1) : undefined;
    at = end ?? at;
    return end !== undefined;
  };
  const afterValue = (): Expected => (open.length === 0 ? "nothing" : "comma-or-end");
  for (;;) {
    take(SPACE);
    const character = text[at];
    if (character === undefined) return faultAt(text, at, expected, open.at(-1));
    const closes = open.at(-1) === "{" ? "}" : "]";
    if (open.length > 0 && character === closes && /end$/.test(expected)) {
      open.pop();
      at += 1;
      expected = afterValue();
    } else if (expected === "colon" || expected === "comma-or-end") {
      if (character !== (expected === "colon" ? ":" : ",")) return faultAt(text, at, expected, open.at(-1));
      at += 1;
      expected = expected === "colon" || open.at(-1) === "[" ? "value" : "key";
    } else if (expected === "key" || expected === "key-or-end") {
      if (!takeString()) return faultAt(text, at, expected, open.at(-1));
      expected = "colon";
    } else if (expected !== "nothing" && (character === "{" || character === "[")) {
      open.push(character);
      at += 1;
      expected = character === "{" ? "key-or-end" : "value-or-end";
    } else if (expected !== "nothing" && (takeString() || take(NUMBER) || take(WORD))) {
      expected = afterValue();
    } else {
      return faultAt(text, at, expected, open.at(-1));
    }
  }
}

/** Behind the closing quotes; undefined: it has none, or holds what no string may. */
function endOfString(text: string, from: number): number | undefined {
  for (let at = from; ;) {
    SPECIAL.lastIndex = at;
    const special = SPECIAL.exec(text);
    if (special === null) return undefined;
    if (special[0] === '"') return special.index + 1;
    ESCAPE.lastIndex = special.index;
    const escape = ESCAPE.exec(text);
    if (escape === null) return undefined;
    at = ESCAPE.lastIndex;
  }
}

function faultAt(text: string, at: number, expected: Expected, within: "{" | "[" | undefined): JsonFault {
  const before = text.slice(0, at);
  const end = within === "{" ? "}" : "]";
  const words: Readonly<Record<Expected, string>> = {
    value: "a value",
    "value-or-end": "a value or ]",
    key: "a key in double quotes",
    "key-or-end": "a key in double quotes or }",
    colon: "a colon",
    "comma-or-end": `a comma or ${end}`,
    nothing: "the end",
  };
  return {
    line: before.split("\n").length,
    column: at - before.lastIndexOf("\n"),
    expected: words[expected],
  };
}
