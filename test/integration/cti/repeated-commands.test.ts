import assert from "node:assert/strict";
import { CtiError } from "../../../src/cti/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { CtiFixture } from "../../support/cti-fixture.ts";

const ANN = { protocol: ["1.0"], user: "ann", password: "ann", client: { name: "test" } };

describe("a command that is sent again after its deadline", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it("given a command that was done, when the reply is lost and it is sent again behind its deadline, then it has the first result", async () => {
    const done = new Map<string, object>();
    const fixture = cleanup.add(
      await CtiFixture.start({
        operations: new Map([
          [
            "call.connect",
            {
              isCommand: true,
              // As call control does: what is known by its key comes first, then the deadline.
              handle: async (_session: unknown, _params: unknown, meta: { key?: string; deadlineMs?: number }) => {
                const known = done.get(meta.key ?? "");
                if (known !== undefined) return { ...known, replayed: true };
                if (Date.now() > (meta.deadlineMs ?? Infinity)) throw new CtiError("timeout-server", "late");
                const result = { seq: 0, callId: "made-once" };
                done.set(meta.key ?? "", result);
                return result;
              },
            },
          ],
        ]),
      }),
      (one) => one.close(),
    );
    const first = await fixture.connect();
    const { sessionId, epoch } = await first.open(ANN);
    const meta = { key: "k1", keyMs: Date.now(), deadlineMs: Date.now() + 150 };
    const asked = { device: "phone-1", to: "1002", meta };
    await first.request("call.connect", asked);
    assert.equal(done.size, 1);
    first.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const second = await fixture.connect();
    await second.open({ ...ANN, takeOver: true, resume: { sessionId, epoch, lastSeq: 0 } });
    const again = await second.request("call.connect", asked).catch((error: unknown) => error);
    assert.ok(!(again instanceof Error), `told: ${JSON.stringify((again as { data?: object }).data)}`);
  });
});
