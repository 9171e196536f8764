import assert from "node:assert/strict";
import fc from "fast-check";
import { formatVia, parseSipMessage, replaceTopVia } from "../../../../src/sip/message/index.ts";
import { via } from "./arbitraries.ts";
import { textOf, valueOf } from "./messages.ts";

const replaced = (text: string, value: string): string => replaceTopVia(valueOf(parseSipMessage(text)), value);
const START = "OPTIONS sip:a SIP/2.0\r\n";

describe("replaceTopVia", () => {
  it("given two Vias, when replaced, then only the first changes", () => {
    assert.equal(
      replaced(`${START}Via: one\r\nVia: two\r\nTo: x\r\n\r\nbody`, "new"),
      `${START}Via: new\r\nVia: two\r\nTo: x\r\n\r\nbody`,
    );
  });
  it("given a folded list in compact form, when replaced, then all but its first value stays octet by octet", () => {
    assert.equal(
      replaced(`${START}v  :\r\n  SIP / 2.0/TCP a ;\r\n x="1,2"  ,\r\n two\t\r\nTo: x\r\n\r\n`, "new"),
      `${START}v  :\r\n  new  ,\r\n two\t\r\nTo: x\r\n\r\n`,
    );
  });
  it("given white space behind the value, when replaced, then it stays", () => {
    assert.equal(replaced(`${START}Via:one \t\r\n \r\n\r\n`, "new"), `${START}Via:new \t\r\n \r\n\r\n`);
  });
  it("given no Via, when replaced, then the text is the same", () => {
    assert.equal(replaced(`${START}To: x\r\n\r\n`, "new"), `${START}To: x\r\n\r\n`);
  });
  it("given an empty Via, when replaced, then it gets the value", () => {
    assert.equal(replaced(`${START}Via:\r\nTo: x\r\n\r\n`, "new"), `${START}Via:new\r\nTo: x\r\n\r\n`);
  });
  it("given a value with a line end, when replaced, then it throws", () => {
    assert.throws(() => replaced(`${START}Via: a\r\n\r\n`, "a\r\nX: y"), { code: "invalid-header" });
  });
  it("given any Vias, when replaced there and back, then the text is the same", () => {
    const values = fc.array(via.map(formatVia), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, via.map(formatVia), fc.boolean(), (vias, other, joined) => {
        const text = textOf("OPTIONS sip:a SIP/2.0", { Via: joined ? vias.join(", ") : vias });
        const changed = replaced(text, other);
        assert.equal(valueOf(parseSipMessage(changed)).get("via")?.startsWith(other), true);
        assert.equal(replaced(changed, vias[0] ?? ""), text);
      }),
    );
  });
});
