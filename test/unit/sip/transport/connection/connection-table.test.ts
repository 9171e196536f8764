import assert from "node:assert/strict";
import { Socket } from "node:net";
import { ConnectionTable } from "../../../../../src/sip/transport/connection/connection-table.ts";
import { DEFAULT_TRANSPORT_LIMITS, type ListenAddress } from "../../../../../src/sip/transport/index.ts";
import { TransportCounters } from "../../../../../src/sip/transport/transport-counters.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

const LISTENER: ListenAddress = { protocol: "tcp", address: "2001:db8::1", port: 5060 };
const PEER = "2001:db8::5";

describe("ConnectionTable", () => {
  it("given a peer in the /64 of a source, when the source is banned, then what is accepted still keeps its connection", async () => {
    const flows: string[] = [];
    const table = new ConnectionTable({
      clock: new ManualClock(),
      limits: DEFAULT_TRANSPORT_LIMITS,
      counters: new TransportCounters(),
      identity: undefined,
      events: {
        onMessage: () => undefined,
        onBadInput: () => undefined,
        onSent: () => undefined,
        onFlowEnded: (flowId) => flows.push(flowId),
        accepts: (address) => address === PEER,
        onFailedHandshake: () => undefined,
      },
    });
    for (const remoteAddress of [PEER, "2001:db8::666", "2001:db8:0:1::7"]) {
      const ends = {
        protocol: "tcp",
        acceptedOn: LISTENER,
        ownEnd: LISTENER,
        remoteAddress,
        remotePort: 40_000,
      } as const;
      table.accept(ends, table.streamLink(new Socket(), "connect"));
    }
    table.closeFrom("2001:db8::666");
    while (flows.length === 0) await new Promise(setImmediate);
    assert.equal(flows.length, 1);
    assert.equal(table.size, 2);
    await table.close();
  });
});
