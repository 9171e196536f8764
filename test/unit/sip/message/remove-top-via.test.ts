import assert from "node:assert/strict";
import { parseSipMessage, removeTopVia } from "../../../../src/sip/message/index.ts";
import { valueOf } from "./messages.ts";

const removed = (text: string): string | undefined => removeTopVia(valueOf(parseSipMessage(text)));
const START = "SIP/2.0 200 OK\r\n";

describe("removeTopVia", () => {
  it("given two Via lines, when removed, then the first line is gone", () => {
    assert.equal(removed(`${START}To: x\r\nVia: one\r\nv: two\r\n\r\nbody`), `${START}To: x\r\nv: two\r\n\r\nbody`);
  });
  it("given a list, when removed, then only its first value is gone", () => {
    assert.equal(removed(`${START}Via: SIP/2.0/UDP a;x="1,2" , two\r\n\r\n`), `${START}Via: two\r\n\r\n`);
  });
  it("given a folded list, when removed, then what follows stays octet by octet", () => {
    assert.equal(removed(`${START}Via: one,\r\n two,\r\n three\r\n\r\n`), `${START}Via: two,\r\n three\r\n\r\n`);
  });
  it("given one Via or none, when removed, then there is nobody to send it to", () => {
    assert.equal(removed(`${START}Via: one\r\n\r\n`), undefined);
    assert.equal(removed(`${START}To: x\r\n\r\n`), undefined);
  });
});
