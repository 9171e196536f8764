import assert from "node:assert/strict";
import type { LineDialog } from "../../../../src/call/control/views/line-states.ts";
import { dialogInfo } from "../../../../src/call/control/subscription/dialog-info.ts";

const DIALOG: LineDialog = {
  id: "d1",
  state: "confirmed",
  direction: "recipient",
  isHolding: false,
  isHeld: true,
  remote: { number: "1001" },
};

function written(dialogs: readonly LineDialog[], ended: readonly string[] = []): string {
  return dialogInfo({ entity: "sip:1002@pbx", local: "1002", host: "pbx", version: 7, dialogs, ended });
}

/** Of the XML that is written, what a document may not have beside markup. */
function isWellFormed(xml: string): boolean {
  const withoutTags = xml.replace(
    /<\?xml[^<>]*\?>|<\/?[a-z-]+(?: [\w-]+="[^"<>&]*(?:&(?:amp|lt|gt|quot|apos);[^"<>&]*)*")*\/?>/g,
    "",
  );
  return !/[<>"]|&(?!(?:amp|lt|gt|quot|apos);)/.test(withoutTags);
}

describe("dialogInfo", () => {
  it("given dialogs, when they are written, then the document is whole, with URIs, directions and who is on hold", () => {
    assert.equal(
      written([DIALOG], ["d0"]),
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="7" state="full" entity="sip:1002@pbx">',
        '<dialog id="d1" call-id="d1" local-tag="l" remote-tag="r" direction="recipient"><state>confirmed</state>' +
          '<local><identity>sip:1002@pbx</identity><target uri="sip:1002@pbx"><param pname="+sip.rendering" pval="yes"/></target></local>' +
          '<remote><identity>sip:1001@pbx</identity><target uri="sip:1001@pbx"><param pname="+sip.rendering" pval="no"/></target></remote></dialog>',
        '<dialog id="d0"><state>terminated</state></dialog>',
        "</dialog-info>",
        "",
      ].join("\r\n"),
    );
  });

  for (const privacy of [["id"], ["user", "critical"]]) {
    it(`given a party with privacy ${privacy.join()}, when it is written, then nothing tells who it is`, () => {
      const xml = written([{ ...DIALOG, remote: { number: "1001", displayName: "Alice", privacy } }]);
      assert.ok(!/1001|Alice/.test(xml), xml);
    });
  }

  it("given privacy none, when it is written, then name and number are told", () => {
    const xml = written([{ ...DIALOG, remote: { number: "1001", displayName: "Alice", privacy: ["none"] } }]);
    assert.match(xml, /<identity display="Alice">sip:1001@pbx<\/identity>/);
  });

  const names = ["<&>\"'", "a\u0000b\u000bc", "\xff\xfe", "\xc3\xbc", "]]>", "<!--"];
  for (const name of names) {
    it(`given the name ${JSON.stringify(name)}, when it is written, then the document is well-formed UTF-8`, () => {
      const xml = written([{ ...DIALOG, id: name, remote: { number: name, displayName: name } }], [name]);
      assert.ok(isWellFormed(xml), xml);
      const octets = Buffer.from(xml, "latin1");
      assert.ok(new TextDecoder("utf-8", { fatal: true }).decode(octets).length > 0);
      assert.ok(!/[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(xml));
    });
  }
});
