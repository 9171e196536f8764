import type { Provider, TerminalConnection } from "../../../src/sdk/index.ts";
import type { BenchContext } from "../bench.ts";
import type { ProbeOffer } from "../load/cti-probe.ts";
import { DYNAMIC_PORT, ROUTE_POINT, startCtiTandem, STATIC_PORT } from "./cti-system.ts";
import type { CtiKind, CtiSwitch } from "./cti-switch.ts";
import { SECOND_CALLER_ADDRESS } from "./system-under-test.ts";

const RTP = { address: SECOND_CALLER_ADDRESS, port: 40_000 };
const CODECS = ["PCMU"] as const;

/** Tandem with an application of its SDK. */
export async function startTandemSwitch(context: BenchContext): Promise<CtiSwitch> {
  const system = await startCtiTandem(context);
  const provider = await system.open();
  return {
    system,
    kinds: kindsOf(provider),
    openDesk: async (onOffer) => {
      const desk = await provider.openRouteTerminal(ROUTE_POINT.name, { routes: false });
      desk.onOffer((offer) => onOffer(probeOffer(offer)));
      return desk;
    },
    close: async () => {
      await provider.close();
      await system.close();
    },
  };
}

/** What the SDK offers, as a probe takes it. */
export function probeOffer(offer: TerminalConnection): ProbeOffer {
  return {
    caller: offer.call.calling.number,
    answer: () => offer.answer(),
    redirect: (to) => offer.redirect(to),
    transfer: (to) => offer.transfer(to),
  };
}

function kindsOf(provider: Provider): CtiKind[] {
  return [
    {
      number: ROUTE_POINT.number,
      metrics: { event: ["event"], redirect: ["redirect"] },
      open: async (probe) => {
        const desk = await provider.openRouteTerminal(ROUTE_POINT.name, { routes: false });
        desk.onOffer((offer) => probe.onOfferToRedirect(probeOffer(offer)));
        return desk;
      },
    },
    {
      number: ROUTE_POINT.number,
      metrics: { event: ["route request"], redirect: ["route select"] },
      open: async (probe) => {
        const desk = await provider.openRouteTerminal(ROUTE_POINT.name);
        desk.onRoute((route) =>
          probe.onOfferToRedirect({ caller: route.callingNumber, redirect: (to) => route.select([to]) }),
        );
        return desk;
      },
    },
    {
      number: STATIC_PORT.number,
      metrics: { event: ["event, CTI port"], answer: ["answer"], transfer: ["transfer"] },
      open: async (probe) => {
        const port = await provider.openMediaTerminal(STATIC_PORT.name, { mode: "static", ...RTP, codecs: CODECS });
        port.onOffer((offer) => probe.onOfferToAnswer(probeOffer(offer)));
        return port;
      },
    },
    {
      number: DYNAMIC_PORT.number,
      metrics: { answer: ["answer, dynamic media"] },
      open: async (probe) => {
        const options = { mode: "dynamic", codecs: CODECS, address: () => RTP } as const;
        const port = await provider.openMediaTerminal(DYNAMIC_PORT.name, options);
        port.onOffer((offer) => probe.onOfferToAnswer(probeOffer(offer)));
        return port;
      },
    },
  ];
}
