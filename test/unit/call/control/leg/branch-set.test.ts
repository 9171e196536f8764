import assert from "node:assert/strict";
import { BranchSet } from "../../../../../src/call/control/leg/branch-set.ts";
import type { BranchTarget } from "../../../../../src/call/control/leg/branch.ts";
import { LegLog } from "../../../../../src/call/control/leg/leg-log.ts";
import type { SessionEvent } from "../../../../../src/call/model/index.ts";
import { RandomIds } from "../../../../../src/common/index.ts";
import { audioSdp, payloadTypesOf } from "../../../../support/audio-sdp.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { OpenRequests } from "../../../../support/open-requests.ts";

const CALLER = { kind: "sip-phone", name: "phone-1001", number: "1001" } as const;
const FORMATS = [
  [8, "PCMA/8000"],
  [0, "PCMU/8000"],
] as const;
const TARGET: BranchTarget = {
  uri: "cti:port",
  device: { kind: "sip-phone", name: "port", number: "5001" },
  isTrusted: false,
  policy: { expiresSeconds: 0, minSeconds: 90 },
  latch: "candidates",
};

/** A branch to a device that takes the caller's offer later. */
function invited(codecs: readonly string[] | undefined): {
  readonly branches: BranchSet;
  readonly events: SessionEvent[];
  readonly warnings: number[];
  readonly offers: string[];
} {
  const requests = new OpenRequests();
  const [events, warnings, offers]: [SessionEvent[], number[], string[]] = [[], [], []];
  const branches = new BranchSet({
    port: {
      ...requests.port,
      request: (request, told) => {
        assert.equal(request.isOfferLater, true);
        assert.equal(request.body, undefined);
        return { ...requests.port.request(request, told), offer: (sdp) => void offers.push(sdp) };
      },
    },
    ids: new RandomIds(),
    dispatch: (event) => void events.push(event),
    log: new LegLog(new ManualClock(), []),
    onLeg: () => undefined,
    onLegGone: () => undefined,
    onConnected: () => undefined,
    onWarnings: (codes) => void warnings.push(...codes),
    codecsBetween: () => codecs,
    toTrusted: () => [],
    onDeflected: () => undefined,
  });
  const targets = { targets: new Map([["b", TARGET]]), branchHeaders: [] };
  branches.invite({ type: "invite", branchId: "b", sdp: undefined, isOfferLater: true }, targets, CALLER);
  return { branches, events, warnings, offers };
}

const OFFER = { type: "offer", branchId: "b", sdp: audioSdp({ port: 4_000, formats: FORMATS }) } as const;

describe("branches whose offer follows", () => {
  it("given regions that limit the codecs, when the offer is there, then the device gets what is left of it", () => {
    const { branches, offers, events } = invited(["PCMU"]);
    branches.offer(OFFER, CALLER);
    assert.deepEqual(offers.map(payloadTypesOf), [[0]]);
    assert.deepEqual(events, []);
  });

  it("given regions that leave nothing of it, when the offer is there, then the branch is refused with 488 and a warning", () => {
    const { branches, offers, events, warnings } = invited(["opus"]);
    branches.offer(OFFER, CALLER);
    assert.deepEqual(offers, []);
    const told = { text: 'Q.850;cause=65;text="bearer capability not implemented"', cause: 65 };
    assert.deepEqual(events, [{ type: "branch-refused", branchId: "b", status: 488, told }]);
    assert.deepEqual(warnings, [305]);
  });

  it("given a branch that is not there, when its offer comes, then nothing happens", () => {
    const { branches, events } = invited(undefined);
    branches.offer({ ...OFFER, branchId: "other" }, CALLER);
    assert.deepEqual(events, []);
  });
});
