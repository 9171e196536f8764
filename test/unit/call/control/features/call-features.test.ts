import assert from "node:assert/strict";
import type { CallContext } from "../../../../../src/call/control/session/call-session.ts";
import { CallTable } from "../../../../../src/call/control/call-table.ts";
import { CallFeatures } from "../../../../../src/call/control/features/call-features.ts";
import { LineDialogs } from "../../../../../src/call/control/views/line-dialogs.ts";
import type { NewCalls } from "../../../../../src/call/control/new-calls.ts";
import type { Origination } from "../../../../../src/call/control/session/origination.ts";
import { rejection, type Rejection } from "../../../../../src/call/control/rejection.ts";
import type { Inventory, SipPhone } from "../../../../../src/call/device/index.ts";
import { NO_SETTINGS, type Change } from "../../../../../src/call/model/index.ts";
import { RandomIds, silentLogger } from "../../../../../src/common/index.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

const CALL = { type: "make-call", device: "phone-1001", to: "1002" } as const;

describe("CallFeatures", () => {
  const originated: Origination[] = [];
  let changes: Change[];
  let failAt: Change["type"] | undefined;
  let busy: Rejection | undefined;
  let addressOf: () => { number: string };
  let features: CallFeatures;
  beforeEach(() => {
    originated.length = 0;
    changes = [];
    failAt = undefined;
    busy = undefined;
    addressOf = () => ({ number: "1001" });
    const newCalls: Partial<NewCalls> = {
      refusalOfNew: () => busy,
      originate: (one) => void originated.push(one),
    };
    const inventory: Partial<Inventory> = {
      deviceByName: (name) => ({ kind: "sip-phone", name, number: "1001" }) as Partial<SipPhone> as SipPhone,
    };
    const context: Partial<CallContext> = { ids: new RandomIds(), clock: new ManualClock(0), logger: silentLogger };
    features = new CallFeatures({
      context: context as CallContext,
      table: new CallTable(),
      dialogs: new LineDialogs(),
      newCalls: newCalls as NewCalls,
      inventory: inventory as Inventory,
      settings: { ...NO_SETTINGS, addressOf: () => addressOf(), linesOf: () => ["1001@internal"] },
      setPrivacy: () => Promise.reject(new Error("no disk")),
      musicOf: () => undefined,
      store: { entries: new Map(), putEntry: () => undefined, removeEntry: () => undefined },
      onStep: (_event, effects) => {
        for (const effect of effects) {
          if (effect.type !== "change") continue;
          changes.push(effect.change);
          if (effect.change.type === failAt) throw new Error("defect");
        }
      },
      onRestored: () => undefined,
      routing: { tell: () => undefined, unroute: () => undefined, returned: () => undefined },
    });
  });

  it("given an observer that fails, when a call is made, then what is to be done for it is done still", () => {
    failAt = "call";
    void features.command(CALL);
    assert.equal(originated.length, 1);
  });

  it("given a model that fails, when something is asked of it, then the answer says so", async () => {
    addressOf = () => {
      throw new Error("defect");
    };
    const result = await features.command(CALL);
    assert.equal(!result.ok && result.failure, "internal");
  });

  it("given a store that fails, when privacy is asked for, then the answer says so", async () => {
    const result = await features.command({ type: "privacy", device: "phone-1001", isOn: true });
    assert.equal(!result.ok && result.failure, "internal");
  });

  it("given a command that waits, when the process stops, then it and all that come later are told", async () => {
    const waiting = features.command(CALL);
    features.close();
    for (const result of [await waiting, await features.command(CALL)]) {
      assert.equal(!result.ok && result.failure, "stopping");
    }
  });

  it("given a node with all its calls, when one more is made by command, then it is refused", async () => {
    busy = rejection(503, "full");
    const result = await features.command(CALL);
    assert.equal(!result.ok && result.failure, "destination-out-of-order");
    assert.deepEqual(originated, []);
  });
});
