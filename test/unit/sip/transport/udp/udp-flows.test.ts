import assert from "node:assert/strict";
import { UdpFlows, type UdpFlow } from "../../../../../src/sip/transport/udp/udp-flows.ts";

function flow(port: number): UdpFlow {
  return {
    id: `flow-${port}`,
    protocol: "udp",
    reliable: false,
    localAddress: "127.0.0.1",
    localPort: 5060,
    remoteAddress: "127.0.0.2",
    remotePort: port,
    lastHeardMs: 0,
  };
}

describe("UdpFlows", () => {
  it("given a flow, when asked for its remote, then it is the same one", () => {
    const flows = new UdpFlows(10);
    const one = flow(1);
    flows.add(one);
    assert.equal(flows.get("127.0.0.2", 1), one);
    assert.equal(flows.get("127.0.0.2", 2), undefined);
    assert.equal(flows.get("127.0.0.3", 1), undefined);
  });
  it("given a flood of remotes, when added, then what is held is bounded and the newest are known", () => {
    const flows = new UdpFlows(10);
    for (let port = 1; port <= 1_000; port += 1) flows.add(flow(port));
    assert.ok(flows.size <= 20);
    assert.equal(flows.get("127.0.0.2", 1), undefined);
    assert.equal(flows.get("127.0.0.2", 1_000)?.id, "flow-1000");
  });
  it("given a flow that is used again and again, when others flood, then it stays", () => {
    const flows = new UdpFlows(10);
    const one = flow(1);
    flows.add(one);
    for (let port = 2; port <= 500; port += 1) {
      flows.add(flow(port));
      assert.equal(flows.get("127.0.0.2", 1), one);
    }
    assert.ok(flows.size <= 20);
  });
});
