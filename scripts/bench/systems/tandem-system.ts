import { TandemNode, type ServiceName, type TandemNodeOptions } from "../../../test/support/tandem-node.ts";
import { TANDEM, type BenchContext } from "../bench.ts";
import type { ProcessGroup } from "../load/process-usage.ts";
import {
  CALLED_NUMBER,
  CALLEE_ADDRESS,
  CALLER_ADDRESS,
  PHONE_PORT,
  registeredUsers,
  SECOND_CALLER_ADDRESS,
  type SystemUnderTest,
} from "./system-under-test.ts";

const SERVICES: readonly ServiceName[] = ["edge", "callmanager", "media", "admin"];
/** Below the range that the system gives out itself; enough for 5,000 calls. */
const PORT_RANGE = { min: 10_000, max: 31_999 };

/** The whole of Tandem as its operator runs it, from dist. */
export interface TandemSystem extends SystemUnderTest {
  readonly node: TandemNode;
}

/** What a bench wants of a node beside the usual. */
export interface TandemOptions {
  /** Of Node itself, for every process. */
  readonly nodeOptions?: readonly string[];
  /** The command's file, where it is not that of dist. */
  readonly program?: string;
  /** Beside the 1,000. */
  readonly morePhones?: NonNullable<TandemNodeOptions["phones"]>;
  readonly cti?: TandemNodeOptions["cti"];
}

/** Starts a node whose callers and callee are peers known by address, and 1,000 phones that register with digest. */
export async function startTandem(
  { cleanup }: BenchContext,
  { nodeOptions = [], morePhones = [], cti, program }: TandemOptions = {},
): Promise<TandemSystem> {
  const node = await TandemNode.start({
    nodeOptions,
    ...(program === undefined ? {} : { program }),
    ...(cti === undefined ? {} : { cti }),
    media: { portRange: PORT_RANGE },
    peers: [
      peer("callers", [CALLER_ADDRESS, SECOND_CALLER_ADDRESS], CALLER_ADDRESS, []),
      peer("callee", [CALLEE_ADDRESS], CALLEE_ADDRESS, [CALLED_NUMBER.slice(0, 1)]),
    ],
    phones: [...benchPhones(), ...morePhones],
  });
  cleanup.add(node, (running) => running.destroy());
  const groups: ProcessGroup[] = [{ name: "supervisor", pid: node.supervisorPid, isAlone: true }];
  for (const name of SERVICES) groups.push({ name, pid: (await node.hello(name)).pid, isAlone: true });
  return { name: TANDEM, sip: node.sip, groups, node, close: () => node.stop() };
}

function benchPhones() {
  return registeredUsers().map(({ user, password }, index) => {
    return { name: user, user, password, number: String(1_000 + index), profile: "sipp" };
  });
}

function peer(name: string, addresses: string[], host: string, prefixes: string[]) {
  return { name, addresses, uri: `sip:${host}:${PHONE_PORT};transport=udp`, prefixes, transit: true, maxCalls: 10_000 };
}
