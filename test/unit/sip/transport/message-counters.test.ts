import assert from "node:assert/strict";
import { MessageCounters } from "../../../../src/sip/transport/message-counters.ts";

function counted(...texts: readonly string[]): Record<string, number> {
  const counters = new MessageCounters();
  for (const text of texts) counters.count(text);
  const seen = counters.samples("udp", "in").filter(({ value }) => value > 0);
  return Object.fromEntries<number>(
    seen.map(({ labels = {}, value }) => [labels["method"] ?? labels["class"] ?? "", value]),
  );
}

describe("message counters", () => {
  it("given requests and responses, when counted, then each is in its method or class", () => {
    const texts = [
      "INVITE sip:a SIP/2.0\r\n",
      "INVITE sip:b SIP/2.0\r\n",
      "SIP/2.0 180 Ringing\r\n",
      "SIP/2.0 603 No\r\n",
    ];
    assert.deepEqual(counted(...texts), { INVITE: 2, "1xx": 1, "6xx": 1 });
  });

  it("given what peers make up, when counted, then there is one label for all of it", () => {
    assert.deepEqual(counted("FROBNICATE sip:a SIP/2.0\r\n", "x", "", "a ", "SIP/2.0 999 x", "SIP/2.0 ", " INVITE x"), {
      other: 5,
    });
  });

  it("given nothing yet, when read, then every class is there with zero", () => {
    const classes = new MessageCounters().samples("tcp", "out").map(({ labels = {} }) => labels["class"]);
    assert.deepEqual(classes, ["other", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx"]);
  });
});
