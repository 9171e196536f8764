import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { HostCheck } from "../../admin/index.ts";
import { foreignFolderReason, nodePaths } from "../../config/index.ts";
import { ABSENT_WITH_DRACHTIO } from "../node/absent-with-drachtio.ts";
import { readNodeFile } from "../node/node-file.ts";

/** A program that may be there. */
interface Program {
  readonly name: string;
  readonly commands: readonly string[];
  readonly neededFor: string;
  /** What is lost without it. */
  readonly cost: string;
  readonly debianPackage: string;
}

const PROGRAMS: readonly Program[] = [
  {
    name: "baresip",
    commands: ["baresip"],
    neededFor: "tests with real phones; a soft phone for a first call",
    cost: "`npm test` cannot run its calls between real phones",
    debianPackage: "baresip-core",
  },
  {
    name: "linphonec",
    commands: ["linphonec"],
    neededFor: "a soft phone for a first call",
    cost: "one soft phone less to try",
    debianPackage: "linphone-cli",
  },
  {
    name: "SIPp",
    commands: ["sipp"],
    neededFor: "load and protocol tests",
    cost: "`npm test` cannot run its 1,000 calls",
    debianPackage: "sip-tester",
  },
  {
    name: "tshark",
    commands: ["tshark"],
    neededFor: "tests that capture what goes over the wire",
    cost: "`npm test` cannot measure gaps in sound",
    debianPackage: "tshark",
  },
  {
    name: "rtpengine",
    commands: ["rtpengine"],
    neededFor: "nothing yet: the relay is Tandem's own",
    cost: "nothing",
    debianPackage: "rtpengine-daemon",
  },
  {
    name: "C compiler",
    commands: ["cc", "gcc", "clang"],
    neededFor: "nothing yet: the relay is pure Node",
    cost: "nothing",
    debianPackage: "gcc",
  },
];

const MIN_OPEN_FILES = 4_096;
const WANTED_RECEIVE_BUFFER = 8 * 1024 * 1024;

/**
 * Looks at this host for `tandem doctor`.
 * @param dataDirs where nodes may be that use something of the host
 */
export function inspectHost(searchPath: string, dataDirs: readonly string[]): HostCheck[] {
  return [
    nodeVersion(process.versions.node),
    operatingSystem(process.platform),
    openFiles(readText("/proc/self/limits")),
    receiveBuffer(readText("/proc/sys/net/core/rmem_max")),
    ...PROGRAMS.map((program) => programCheck(program, searchPath)),
    ...dataDirs.flatMap((dataDir) => drachtioServer(dataDir) ?? []),
  ];
}

/** The drachtio server that the node of a data-dir has for its SIP edge; undefined when it has the embedded one. */
export function drachtioServer(dataDir: string): HostCheck | undefined {
  const { runDir, nodeFile } = nodePaths(dataDir);
  try {
    if (foreignFolderReason(runDir) !== undefined) return undefined;
    const { drachtio, name } = readNodeFile(nodeFile);
    if (drachtio === undefined) return undefined;
    return {
      name: "drachtio server",
      state: "low",
      found: `${drachtio.host}:${drachtio.port}`,
      neededFor: `SIP of ${name} in ${dataDir}, in place of the embedded edge`,
      advice: `absent with it: ${ABSENT_WITH_DRACHTIO.join("; ")}`,
    };
  } catch {
    return undefined;
  }
}

/** 20.19 and later can load ES modules as Tandem needs it. */
export function nodeVersion(version: string): HostCheck {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isGood = major > 20 || (major === 20 && minor >= 19);
  return {
    name: "Node.js",
    state: isGood ? "ok" : "bad",
    found: version,
    neededFor: "running Tandem",
    advice: isGood ? "" : "Tandem needs Node.js 20.19 or later",
  };
}

function operatingSystem(platform: string): HostCheck {
  const isGood = platform === "linux";
  return {
    name: "system",
    state: isGood ? "ok" : "missing",
    found: platform,
    neededFor: "taking over running services, naming who has a port",
    advice: isGood ? "" : "without Linux's /proc running services are not taken over after the supervisor died",
  };
}

/** Sockets of the relay are files: four for each call. */
export function openFiles(limits: string): HostCheck {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1] ?? "unknown";
  const isGood = soft === "unlimited" || soft === "unknown" || Number(soft) >= MIN_OPEN_FILES;
  const calls = Math.floor((Number(soft) - 100) / 4);
  return {
    name: "open files",
    state: isGood ? "ok" : "low",
    found: soft,
    neededFor: "four sockets for each relayed call",
    advice: isGood ? "" : `about ${calls} calls at a time; raise it with: ulimit -n 65536`,
  };
}

export function receiveBuffer(rmemMax: string): HostCheck {
  const bytes = Number(rmemMax.trim());
  const isKnown = Number.isInteger(bytes) && bytes > 0;
  const isGood = !isKnown || bytes >= WANTED_RECEIVE_BUFFER;
  return {
    name: "UDP receive buffer",
    state: isGood ? "ok" : "low",
    found: isKnown ? `${bytes} bytes` : "unknown",
    neededFor: "bursts of SIP over UDP",
    advice: isGood
      ? ""
      : `bursts of more than about ${Math.floor(bytes / 2_048)} messages lose some, which phones send again; raise it with: sysctl -w net.core.rmem_max=${WANTED_RECEIVE_BUFFER}`,
  };
}

function programCheck({ name, commands, neededFor, cost, debianPackage }: Program, searchPath: string): HostCheck {
  const found = commands.map((command) => findProgram(command, searchPath)).find((path) => path !== undefined);
  if (found !== undefined) return { name, state: "ok", found, neededFor, advice: "" };
  const advice = `costs: ${cost}; on Debian it comes with: apt-get install ${debianPackage}`;
  return { name, state: "missing", found: "", neededFor, advice };
}

/** The first executable file of that name in a search path. */
export function findProgram(command: string, searchPath: string): string | undefined {
  for (const folder of searchPath.split(delimiter).filter((each) => each !== "")) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
