import type { BenchContext } from "../bench.ts";
import { AriApplication } from "../load/ari-application.ts";
import type { ProbeOffer } from "../load/cti-probe.ts";
import { startAsterisk } from "./asterisk-system.ts";
import { ROUTE_POINT, STATIC_PORT } from "./cti-system.ts";
import type { CtiSwitch, OpenDevice } from "./cti-switch.ts";

/**
 * Asterisk with an application on ARI. It has neither route points nor CTI ports: every call enters Stasis, is sent on
 * by `continue` to a part of the dialplan that dials, and may be answered before. So one figure stands for all that
 * Tandem has several ways for.
 */
export async function startAsteriskSwitch(context: BenchContext): Promise<CtiSwitch> {
  const system = await startAsterisk(context, [ROUTE_POINT.number, STATIC_PORT.number]);
  const application = context.cleanup.add(await AriApplication.connect(system.ari), (each) => each.close());
  const open = (listener: (offer: ProbeOffer) => void): Promise<OpenDevice> => {
    application.onOffer(listener);
    return Promise.resolve({ close: () => Promise.resolve(application.onOffer(() => undefined)) });
  };
  return {
    system,
    kinds: [
      {
        number: ROUTE_POINT.number,
        metrics: { event: ["event", "route request"], redirect: ["redirect", "route select"] },
        open: (probe) => open((offer) => probe.onOfferToRedirect(offer)),
      },
      {
        number: STATIC_PORT.number,
        metrics: {
          event: ["event, CTI port"],
          answer: ["answer", "answer, dynamic media"],
          transfer: ["transfer"],
        },
        open: (probe) => open((offer) => probe.onOfferToAnswer(offer)),
      },
    ],
    openDesk: open,
    close: async () => {
      await application.close();
      await system.close();
    },
  };
}
