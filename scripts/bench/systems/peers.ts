import type { BenchContext } from "../bench.ts";
import { startAsteriskSwitch } from "./asterisk-cti.ts";
import { startAsterisk } from "./asterisk-system.ts";
import type { CtiSwitch } from "./cti-switch.ts";
import { findProgram } from "./find-program.ts";
import { startDrachtio } from "./drachtio-system.ts";
import { startKamailio } from "./kamailio-system.ts";
import type { SystemUnderTest } from "./system-under-test.ts";

/** What a peer can be measured at. */
export type PeerSkill = "calls" | "registrations" | "edge";

type StartSystem = (context: BenchContext) => Promise<SystemUnderTest>;

interface Peer {
  readonly program: string;
  readonly skills: readonly PeerSkill[];
  readonly start: StartSystem;
}

const PEERS: readonly Peer[] = [
  { program: "drachtio", skills: ["edge"], start: startDrachtio },
  { program: "kamailio", skills: ["calls", "registrations"], start: startKamailio },
  { program: "asterisk", skills: ["calls"], start: (context) => startAsterisk(context) },
];

/** How to start each peer with this skill whose program is on the machine. */
export function peersPresent(skill: PeerSkill): StartSystem[] {
  return PEERS.filter(({ program, skills }) => skills.includes(skill) && findProgram(program) !== undefined).map(
    ({ start }) => start,
  );
}

/** How to start each peer that applications control calls of and whose program is on the machine. */
export function ctiPeersPresent(): ((context: BenchContext) => Promise<CtiSwitch>)[] {
  return findProgram("asterisk") === undefined ? [] : [startAsteriskSwitch];
}
