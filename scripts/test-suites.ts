/** The `*.test.ts` below a folder, without those below `except` (a path within it). */
interface TestFiles {
  readonly folder: string;
  readonly except?: string;
  readonly timeoutMs: number;
  /** How many run at a time, each with files of its own; absent: one. */
  readonly processes?: number;
  /** Files that are run by themselves, before all others, since they take longest; the longest first. */
  readonly longest?: readonly string[];
}

/** One line of the table that `run-tests.ts` prints. */
export interface Suite {
  readonly name: string;
  readonly title: string;
  /** A command that is good or not, or that counts as mocha does, or all mocha tests below a folder. */
  readonly run: { readonly command: readonly string[]; readonly counts?: boolean } | TestFiles;
  /** The suite is ended, and has failed, after this time. */
  readonly limitSeconds: number;
  /** Suites of one kind that follow each other run at the same time: those that start no nodes, and those that mostly wait. */
  readonly together?: "checks" | "waiting";
  /** Lines covered by it count. */
  readonly coverage?: boolean;
  /** It starts nodes and phones: it gets a network namespace of its own where the system allows. */
  readonly ownNetwork?: boolean;
}

const npx = (...command: string[]): { command: readonly string[] } => ({
  command: ["npx", "--no-install", ...command],
});

export const SUITES: readonly Suite[] = [
  {
    name: "packages",
    title: "Debian packages",
    run: { command: ["sh", "scripts/install-test-packages"] },
    limitSeconds: 300,
  },
  { name: "build", title: "build", run: { command: ["npm", "run", "--silent", "build"] }, limitSeconds: 60 },
  {
    name: "format",
    title: "format",
    run: npx("prettier", "--check", "--log-level", "warn", "."),
    limitSeconds: 150,
    together: "checks",
  },
  {
    name: "lint",
    title: "lint",
    run: npx("eslint", "--max-warnings", "0", "."),
    limitSeconds: 240,
    together: "checks",
  },
  {
    name: "layers",
    title: "layers",
    run: npx("depcruise", "--config", ".dependency-cruiser.cjs", "src"),
    limitSeconds: 90,
    together: "checks",
  },
  { name: "types", title: "types", run: npx("tsc", "--noEmit"), limitSeconds: 150, together: "checks" },
  {
    name: "unit",
    title: "unit",
    run: { folder: "test/unit", timeoutMs: 10_000, processes: 2 },
    limitSeconds: 240,
    coverage: true,
  },
  {
    name: "integration",
    title: "integration",
    run: {
      folder: "test/integration",
      except: "phones/",
      timeoutMs: 20_000,
      processes: 3,
      longest: ["admin/cli/bad-files-schema", "main/node-lifecycle", "call/features/transfer", "main/tandem-command"],
    },
    limitSeconds: 480,
    ownNetwork: true,
    coverage: true,
  },
  {
    name: "conformance",
    title: "conformance",
    run: { folder: "test/conformance", except: "interop/", timeoutMs: 10_000 },
    limitSeconds: 180,
    coverage: true,
  },
  {
    name: "interop",
    title: "interoperability cases",
    run: { folder: "test/conformance/interop", timeoutMs: 20_000, processes: 2 },
    limitSeconds: 180,
    coverage: true,
  },
  {
    name: "simulation",
    title: "simulated calls",
    // Some 1,000,000 steps.
    run: { command: ["npm", "run", "--silent", "test:simulation", "--", "--seeds", "800", "--seconds", "60"] },
    limitSeconds: 120,
    together: "checks",
  },
  {
    name: "cti-simulation",
    title: "simulated kills of call control and CTIManager",
    // Some 1,500 kills and cuts, more than 200 of each kind.
    run: { command: ["npm", "run", "--silent", "test:cti-simulation"] },
    limitSeconds: 180,
    together: "checks",
  },
  {
    name: "coverage",
    title: "coverage",
    run: { command: ["node", "--import", "tsx", "scripts/check-coverage.ts"] },
    limitSeconds: 120,
    together: "checks",
  },
  {
    name: "phones",
    title: "real phones",
    run: { folder: "test/integration/phones", timeoutMs: 60_000, processes: 2 },
    limitSeconds: 480,
    ownNetwork: true,
  },
  {
    name: "load",
    title: "SIPp",
    run: tests("test/load", 120_000),
    limitSeconds: 480,
    ownNetwork: true,
    together: "waiting",
  },
  {
    name: "srf",
    title: "drachtio-srf's own tests",
    // It makes its namespaces itself.
    run: { command: ["node", "--import", "tsx", "test/conformance/srf/run-srf-tests.ts"], counts: true },
    limitSeconds: 240,
    together: "waiting",
  },
  {
    name: "kill",
    title: "kills and attacks",
    run: {
      folder: "test/cluster",
      timeoutMs: 120_000,
      processes: 3,
      longest: ["two-hundred-calls", "kill-during-import", "kill-during-features", "export-import", "hostile-input"],
    },
    limitSeconds: 1_080,
    ownNetwork: true,
  },
];

/** What can be asked for by name: groups first, then single suites. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  all: SUITES.map(({ name }) => name),
  fast: ["build", "unit", "integration", "conformance", "interop"],
  coverage: ["unit", "integration", "conformance", "interop", "coverage"],
  phones: ["packages", "build", "phones"],
  load: ["packages", "build", "load"],
  kill: ["packages", "build", "kill"],
  srf: ["packages", "srf"],
};

function tests(folder: string, timeoutMs = 10_000): TestFiles {
  return { folder, timeoutMs };
}
