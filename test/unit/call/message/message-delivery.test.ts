import assert from "node:assert/strict";
import { MessageDelivery } from "../../../../src/call/control/message/message-delivery.ts";
import { SignalingError } from "../../../../src/call/signaling/signaling-error.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { OpenRequests, responseOf } from "../../../support/open-requests.ts";

describe("MessageDelivery to phones with several ways", () => {
  let requests: OpenRequests;
  let clock: ManualClock;
  let told: number[];
  beforeEach(() => {
    requests = new OpenRequests();
    clock = new ManualClock(0);
    told = [];
  });

  function deliver(...places: string[][]): void {
    const delivery = new MessageDelivery({
      port: requests.port,
      clock,
      places: places.map((uris) => ({
        ways: uris.map((uri) => ({ uri })),
        requestOver: ({ uri }) => ({ method: "MESSAGE", uri }),
      })),
      onDone: ({ status }) => told.push(status),
    });
    delivery.start();
  }

  const uris = (): (string | undefined)[] => requests.sent.map(({ request }) => request.uri);

  it("given a way that is dead, when the sender has been told 480 before that shows, then the message does not go over the next", () => {
    deliver(["sip:a1", "sip:a2"]);
    clock.advance(20_000);
    assert.deepEqual(told, [480]);
    requests.sent[0]?.events.onResponse(responseOf(408, ""));
    assert.deepEqual([uris(), told], [["sip:a1"], [480]]);
  });

  it("given one phone that has taken it, when the way to another is gone, then that one gets it over the next", () => {
    deliver(["sip:a1"], ["sip:b1", "sip:b2"]);
    requests.sent[0]?.events.onResponse(responseOf(200));
    requests.sent[1]?.events.onResponse(responseOf(430, ""));
    assert.deepEqual([uris(), told], [["sip:a1", "sip:b1", "sip:b2"], [200]]);
  });

  it("given an edge that is lost, when it is, then no other way is tried", () => {
    deliver(["sip:a1", "sip:a2"]);
    requests.sent[0]?.events.onFailed(new SignalingError("edge-lost", "gone"));
    assert.deepEqual([uris(), told.length], [["sip:a1"], 1]);
  });
});
