import assert from "node:assert/strict";
import { FlowTokens } from "../../../../src/sip/dialog/flow-tokens.ts";
import type { Target } from "../../../../src/sip/transport/index.ts";
import { FLOW, TCP_FLOW } from "../transaction/transaction-fixture.ts";

const TARGET: Target = { protocol: "tcp", address: "127.0.0.2", port: 5070, flowId: TCP_FLOW.id, isFlowOnly: true };

describe("flow tokens", () => {
  const live = new Map([[TCP_FLOW.id, TARGET]]);
  const transport = { overFlow: (flowId: string) => live.get(flowId) };
  const tokens = new FlowTokens(transport, "key");
  const token = tokens.tokenOf(TCP_FLOW);

  it("given a flow, when it is named, then the name fits into a user part and leads back to it", () => {
    assert.match(token, /^[A-Za-z0-9_-]+\.[0-9a-f]{20}$/);
    assert.deepEqual(tokens.read(token), { kind: "live", flowId: TCP_FLOW.id, target: TARGET });
    assert.notEqual(tokens.tokenOf(FLOW), token);
  });

  it("given a flow that is no more, when its name is read, then it is known and gone", () => {
    assert.deepEqual(tokens.read(tokens.tokenOf({ id: "tcp|x|2" })), { kind: "gone", flowId: "tcp|x|2" });
  });

  it("given a name that was not given out, when it is read, then it names nothing", () => {
    const [name = "", code = ""] = token.split(".");
    const changed = `${name}.${code.replace(/.$/, (last) => (last === "0" ? "1" : "0"))}`;
    const others = new FlowTokens(transport, "another key").tokenOf(TCP_FLOW);
    for (const text of [undefined, "", "1001", name, changed, `${name}x.${code}`, others]) {
      assert.deepEqual(tokens.read(text), { kind: "none" }, text);
    }
  });

  it("given the same key after a restart, when a name is read, then it is known", () => {
    assert.equal(new FlowTokens(transport, "key").read(token).kind, "live");
  });

  it("given a next hop, when its target is asked for, then the flow, or what fails at once, or none", () => {
    const nextHop = { protocol: "tcp", host: "192.0.2.1", port: 4 } as const;
    assert.deepEqual(tokens.targetOf(`sip:${token}@192.0.2.1:4;transport=tcp`, nextHop), TARGET);
    const gone = tokens.tokenOf({ id: "tcp|x|2" });
    assert.deepEqual(tokens.targetOf(`sip:${gone}@192.0.2.1:4;transport=tcp`, nextHop), {
      protocol: "tcp",
      address: "192.0.2.1",
      port: 4,
      flowId: "tcp|x|2",
      isFlowOnly: true,
    });
    const ofBefore = new FlowTokens(transport, "another key").tokenOf(TCP_FLOW);
    const lost = tokens.targetOf(`sip:${ofBefore}@192.0.2.1:4;transport=tcp`, nextHop);
    assert.deepEqual([lost?.flowId, lost?.isFlowOnly], ["", true]);
    assert.equal(tokens.targetOf("sip:1001@192.0.2.1:4;transport=tcp", nextHop), undefined);
  });

  it("given a name that another proxy gave, when its route or host name is the next hop, then that is sent to as any other", () => {
    const theirs = new FlowTokens(transport, "key of another proxy").tokenOf(TCP_FLOW);
    const proxy = { protocol: "tcp", host: "192.0.2.9", port: 5060 } as const;
    assert.equal(tokens.targetOf(`sip:${theirs}@192.0.2.9;transport=tcp;lr`, proxy), undefined);
    assert.equal(tokens.targetOf(`sip:${theirs}@edge.example`, { ...proxy, host: "edge.example" }), undefined);
    assert.deepEqual(tokens.targetOf(`sip:${token}@192.0.2.9;transport=tcp;lr;ob`, proxy), TARGET);
  });
});
