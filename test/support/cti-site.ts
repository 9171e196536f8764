import { Provider, type ProviderOptions } from "../../src/sdk/index.ts";
import { addCtiObjects, APPLICATION, type VirtualDevice } from "./cti-objects.ts";
import type { Cleanup } from "./cleanup.ts";
import { freeLoopbackAddress } from "./loopback-address.ts";
import { SipPhone } from "./sip-phone.ts";
import { TandemNode, type TandemNodeOptions } from "./tandem-node.ts";

const SIP_PORT = 5_060;

/** Trunks around a node: who calls, and three places that calls go to, each by the first digit that is dialed. */
const PLACES = { callers: undefined, agents: "8", failures: "7", unanswered: "6" } as const;
type Place = keyof typeof PLACES;

/** Numbers of the places. */
export const AGENT = "85551000";
export const FAILURE = "75551000";
export const UNANSWERED = "65551000";

/** A node with CTI ports and route points, and the SIP user agents around it. */
export interface CtiSite {
  readonly node: TandemNode;
  readonly addresses: Readonly<Record<Place, string>>;
  /** A user agent at a place; closed with `cleanup`. */
  phone(place: Place): Promise<SipPhone>;
  /** An application in this process; closed with `cleanup`. */
  application(options?: Partial<ProviderOptions>): Promise<Provider>;
}

/** What else a site is made of. */
export interface CtiSiteOptions extends Pick<TandemNodeOptions, "orphanGraceSeconds" | "cti" | "phones" | "edge"> {
  /** Where SIP is spoken, when it is not by the edge of the node. */
  readonly sipPort?: number;
  readonly devices: readonly VirtualDevice[];
}

export async function startCtiSite(
  cleanup: Cleanup,
  { devices, sipPort, ...options }: CtiSiteOptions,
): Promise<CtiSite> {
  const addresses = {} as Record<Place, string>;
  for (const place of Object.keys(PLACES) as Place[]) addresses[place] = await freeLoopbackAddress();
  const started = await TandemNode.start({
    ...options,
    peers: (Object.entries(PLACES) as [Place, string | undefined][]).map(([place, prefix]) => ({
      name: place,
      addresses: [addresses[place]],
      uri: `sip:${addresses[place]}:${SIP_PORT};transport=udp`,
      prefixes: prefix === undefined ? [] : [prefix],
      transit: true,
      maxCalls: 5_000,
    })),
  });
  const node = cleanup.add(started, (running) => running.stop());
  await addCtiObjects(node, devices);
  return {
    node,
    addresses,
    phone: async (place) => {
      const server = { address: "127.0.0.1", port: sipPort ?? node.sipPort };
      const options = { number: place, user: place, password: "", server, address: addresses[place], port: SIP_PORT };
      return cleanup.add(await SipPhone.start(options), (phone) => phone.close());
    },
    application: async (options = {}) => {
      const provider = await Provider.open({ servers: [node.cti], ...APPLICATION, ...options });
      return cleanup.add(provider, (opened) => opened.close());
    },
  };
}
