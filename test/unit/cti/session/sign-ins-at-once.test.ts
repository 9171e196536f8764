import assert from "node:assert/strict";
import { RandomIds, silentLogger } from "../../../../src/common/index.ts";
import {
  CommandAudit,
  providerOperations,
  RpcConnection,
  SessionDoor,
  SessionTable,
} from "../../../../src/cti/index.ts";
import type { Connection } from "../../../../src/cti/session/connection.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { anyUser } from "../../../support/cti-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

interface Peer {
  readonly rpc: RpcConnection;
  readonly said: {
    id?: string;
    result?: { sessionId: string; epoch: string; mode: string };
    error?: { data: { code: string } };
  }[];
  closed: string | undefined;
}

describe("sign-ins that end at the same moment", () => {
  const cleanup = new Cleanup();
  let table: SessionTable;
  let admit: () => void;
  let signedIn: Promise<void>;
  let door: SessionDoor;
  const clock = new ManualClock();
  const audit = new CommandAudit({ append: () => undefined }, clock);
  beforeEach(() => {
    const folder = cleanup.add(new TemporaryDirectory("door"), (made) => made.close());
    table = new SessionTable({
      folder: folder.path,
      clock,
      ids: new RandomIds(),
      logger: silentLogger,
      limits: { queue: { events: 100, bytes: 100_000 }, logBytes: 10_000, allLogBytes: 100_000, maxSessions: 10 },
      userOf: () => undefined,
    });
    cleanup.add(table, (made) => made.release());
    const again = (): void => {
      signedIn = new Promise((resolve) => (admit = resolve));
    };
    again();
    door = new SessionDoor({
      table,
      audit,
      clock,
      prepare: () => Promise.resolve(),
      // As `ctiPasswords` does: who signs in with a password that is being checked waits for that check.
      signIn: {
        signIn: async ({ ...credentials }) => {
          await signedIn;
          return anyUser("user" in credentials ? credentials.user : "", { maxConnections: 1 });
        },
      },
      settings: () => ({
        node: "test",
        heartbeatMs: 10_000,
        leaseMs: 30_000,
        maxLeaseMs: 600_000,
        requestsPerSecond: 100,
        requestBurst: 100,
        limits: {},
        eventTypes: [],
      }),
    });
  });
  afterEach(() => cleanup.run());

  function connect(): Peer {
    const said: Peer["said"] = [];
    const connection: Connection = {
      address: "127.0.0.1",
      isSecure: false,
      unreadBytes: 0,
      send: (text) => void said.push(JSON.parse(text) as Peer["said"][number]),
      batch: (run) => run(),
      whenDrained: () => undefined,
      close: (_code, reason) => {
        peer.closed = reason;
      },
    };
    const rpc = new RpcConnection({
      connection,
      door,
      operations: new Map(providerOperations(table)),
      audit,
      limits: {
        messageBytes: 10_000,
        depth: 10,
        requestsPerSecond: 100,
        requestBurst: 100,
        pendingRequests: 10,
        openMs: 10_000,
      },
      clock,
      ids: new RandomIds(),
      logger: silentLogger,
      counts: { requests: 0, errors: 0, rateLimited: 0 },
    });
    const peer: Peer = { rpc, said, closed: undefined };
    return peer;
  }

  const open = (peer: Peer, more: object = {}): void =>
    peer.rpc.receive(
      JSON.stringify({
        jsonrpc: "2.0",
        id: "1",
        method: "provider.open",
        params: { protocol: ["1.0"], user: "ann", password: "ann", client: { name: "test" }, ...more },
      }),
    );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it("given a user with one connection, when two are opened at the same moment, then one is refused", async () => {
    const peers = [connect(), connect()];
    for (const peer of peers) open(peer);
    admit();
    await turn();
    assert.deepEqual(
      peers.map(({ said }) => said[0]?.error?.data.code ?? said[0]?.result?.mode),
      ["new", "LIMIT_CONNECTIONS"],
    );
  });

  it("given a session, when two connections resume it at the same moment, then one has it, and the other is told", async () => {
    const first = connect();
    open(first);
    admit();
    await turn();
    const { sessionId, epoch } = first.said[0]?.result ?? assert.fail();
    first.rpc.closed(false);
    signedIn = new Promise((resolve) => (admit = resolve));
    const peers = [connect(), connect()];
    for (const peer of peers) open(peer, { resume: { sessionId, epoch, lastSeq: 0 } });
    admit();
    await turn();
    const told = peers.map(({ said, closed }) => said[0]?.error?.data.code ?? closed ?? said[0]?.result?.mode);
    assert.ok(
      told.includes("SESSION_IN_USE") || told.includes("SESSION_TAKEN_OVER"),
      `both were told: ${told.join(", ")}`,
    );
  });
});
