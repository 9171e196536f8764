import assert from "node:assert/strict";
import { parseNameAddrList } from "../../../../../src/sip/message/header/name-addr-list.ts";
import { valueOf } from "../messages.ts";

describe("parseNameAddrList", () => {
  it("given lists and single values, when parsed, then all items come in order", () => {
    const list = valueOf(parseNameAddrList(["<sip:a;lr>, <sip:b;lr>", '"x, y" <sip:c>']));
    assert.deepEqual(
      list.map((item) => item.uri),
      ["sip:a;lr", "sip:b;lr", "sip:c"],
    );
  });
  it("given no values, when parsed, then the list is empty", () => {
    assert.deepEqual(valueOf(parseNameAddrList([])), []);
  });
  it("given an empty item, when parsed, then the list is refused", () => {
    assert.equal(parseNameAddrList(["<sip:a>,,<sip:b>"]).ok, false);
  });
  it("given 64 items, when parsed, then they are taken; given one more, then the list is refused", () => {
    const items = Array.from({ length: 64 }, (_, index) => `<sip:h${index}>`);
    assert.equal(valueOf(parseNameAddrList([items.join(",")])).length, 64);
    assert.equal(parseNameAddrList([items.join(","), "<sip:more>"]).ok, false);
  });
});
