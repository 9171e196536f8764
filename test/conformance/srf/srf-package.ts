import { join } from "node:path";

/** The installed package whose tests these are; nothing of it is copied into the repository. */
export const PACKAGE = join(import.meta.dirname, "..", "..", "..", "node_modules", "drachtio-srf");

/** A part of the package's suite that runs in a process of its own. */
export interface SrfFile {
  readonly name: string;
  /** Arguments of node, with the package's folder as the working one. */
  readonly args: readonly string[];
  /** It talks to a server and so gets a test bed. */
  readonly needsTestbed: boolean;
  readonly limitSeconds: number;
  /** Assertions that the original server passes: a chain of steps that was cut short has fewer, and none that failed. */
  readonly assertions: number;
}

const MOCHA = join(import.meta.dirname, "..", "..", "..", "node_modules", "mocha", "bin", "mocha.js");

/**
 * What the package's own test/index.js runs, in its order. Not run: docker_start.js and docker_stop.js, as each file
 * gets a fresh test bed; subscribe.js and parser.js, which index.js leaves out (the first fails with the original
 * server too, the second never ends its test).
 */
export const SRF_FILES: readonly SrfFile[] = [
  {
    name: "unit-tests",
    args: [MOCHA, "--no-config", "--no-package", "--reporter", "tap", "test/unit-tests"],
    needsTestbed: false,
    limitSeconds: 30,
    assertions: 52,
  },
  testFile("b2b", 90, 19),
  testFile("reinvite-tests", 30, 1),
  testFile("uac", 60, 19),
  // One of its calls waits 32 s for an ACK.
  testFile("uas", 75, 8),
  testFile("proxy", 45, 2),
  { name: "utils", args: ["test/utils.js"], needsTestbed: false, limitSeconds: 15, assertions: 27 },
  testFile("refer", 30, 1),
];

/** The files whose names contain one of `patterns`, all without patterns; a pattern without a file is returned too. */
export function chooseFiles(patterns: readonly string[]): { files: readonly SrfFile[]; unknown: readonly string[] } {
  const files = SRF_FILES.filter(({ name }) => patterns.length === 0 || patterns.some((text) => name.includes(text)));
  const unknown = patterns.filter((text) => !SRF_FILES.some(({ name }) => name.includes(text)));
  return { files, unknown };
}

function testFile(name: string, limitSeconds: number, assertions: number): SrfFile {
  return { name, args: [`test/${name}.js`], needsTestbed: true, limitSeconds, assertions };
}
