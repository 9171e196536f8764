import type { Ids } from "../../../common/index.ts";
import type { Leg, LegDevice } from "./leg.ts";

/** Who a call of the switch itself comes from, as the called party is shown it: there is no dialog. */
export function virtualLeg(device: LegDevice, ids: Ids): Leg {
  const name = ids.uuid();
  return {
    dialogId: name,
    sipCallId: name,
    localTag: name,
    remoteTag: "",
    device,
    source: { protocol: "", address: "", port: 0 },
    latch: "candidates",
    policy: { expiresSeconds: 0, minSeconds: 90 },
    allowsUpdate: false,
    session: undefined,
    isVirtual: true,
  };
}
