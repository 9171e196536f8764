import type { DialPlan, PeerSource } from "../../src/call/index.ts";
import { samplePlan, type PlanInput } from "./sample-plan.ts";
import type { Cleanup } from "./cleanup.ts";
import { freePort } from "./free-port.ts";
import type { Place } from "./phone-link.ts";
import { SipPhone } from "./sip-phone.ts";
import { SwitchFixture, TEST_PROFILE, type SwitchOptions } from "./switch-fixture.ts";

/** What takes the calls of a trunk. */
export type TrunkEnd = SipPhone;

/** A switch with two trunks, `first` and `second`, that numbers behind 9 lead to one after the other. */
export interface TrunkPair {
  readonly node: SwitchFixture;
  readonly first: TrunkEnd;
  readonly second: TrunkEnd;
}

export interface TrunkPairOptions extends Omit<SwitchOptions, "peers" | "dialPlan"> {
  readonly first?: Partial<PeerSource>;
  readonly second?: Partial<PeerSource>;
  /** Of the route group; default top-down. */
  readonly distribution?: "top-down" | "circular";
  readonly plan?: PlanInput;
}

const FIRST = "127.0.0.21";
const SECOND = "127.0.0.22";

export async function startTrunkPair(cleanup: Cleanup, options: TrunkPairOptions = {}): Promise<TrunkPair> {
  const { first: ofFirst, second: ofSecond, distribution, plan, ...others } = options;
  const [firstPort, secondPort] = [await freePort(), await freePort()];
  const peers = [
    peerAt("first", { address: FIRST, port: firstPort }, ofFirst),
    peerAt("second", { address: SECOND, port: secondPort }, ofSecond),
  ];
  const dialPlan = trunkPlan(distribution ?? "top-down", {}, plan);
  const settings = { trunkTrySeconds: 0.4, ...options.settings };
  const node = await SwitchFixture.start({ ...others, peers, dialPlan: () => dialPlan, settings });
  cleanup.add(node, (one) => one.stop());
  const first = await trunkEnd(cleanup, node, { address: FIRST, port: firstPort });
  const second = await trunkEnd(cleanup, node, { address: SECOND, port: secondPort });
  return { node, first, second };
}

/** Phones 1001 to 1004, and `9.!` to both trunks. @param trunks names of all there are */
export function trunkPlan(
  distribution: "top-down" | "circular",
  { trunks = ["first", "second"] }: { readonly trunks?: readonly string[] } = {},
  more: PlanInput = {},
): DialPlan {
  const numbers = ["1001", "1002", "1003", "1004"];
  return samplePlan({
    partitions: [{ name: "internal" }],
    callingSearchSpaces: [{ name: "all", partitions: ["internal"] }],
    devicePools: [{ name: "default", callManagerGroup: "default", callingSearchSpace: "all" }],
    directoryNumbers: numbers.map((number) => ({ number })),
    phones: numbers.map((number) => ({ name: `phone-${number}`, lines: [{ directoryNumber: number }] })),
    trunks: trunks.map((name) => ({ name, uri: "sip:192.0.2.1" })),
    routeGroups: [{ name: "pair", distribution, trunks: ["first", "second"] }],
    routeLists: [{ name: "pair", groups: [{ routeGroup: "pair" }] }],
    ...more,
    routePatterns: [{ pattern: "9.!", routeList: "pair", discard: "pre-dot" }, ...(more.routePatterns ?? [])],
  });
}

/** Something at a trunk's address. */
export async function trunkEnd(
  cleanup: Cleanup,
  { server }: Pick<SwitchFixture, "server">,
  { address, port }: { readonly address: string; readonly port?: number },
): Promise<TrunkEnd> {
  const place = { address, ...(port === undefined ? {} : { port }) };
  const phone = await SipPhone.start({ number: "1", user: "one", password: "", server, ...place });
  return cleanup.add(phone, (one) => one.close());
}

export function peerAt(name: string, { address, port }: Place, more: Partial<PeerSource> = {}): PeerSource {
  return {
    profile: { ...TEST_PROFILE, kind: "trunk" },
    maxCalls: 10,
    transit: false,
    name,
    addresses: [address],
    uri: `sip:${address}:${port}`,
    prefixes: [],
    ...more,
  };
}
