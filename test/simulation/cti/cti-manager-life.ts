import { join } from "node:path";
import type { Clock, Ids, Logger } from "../../../src/common/index.ts";
import { ControlCore } from "../../../src/cti/control-core.ts";
import { CtiError } from "../../../src/cti/cti-error.ts";
import { RpcConnection } from "../../../src/cti/jsonrpc/rpc-connection.ts";
import { CommandAudit } from "../../../src/cti/session/command-audit.ts";
import type { Connection } from "../../../src/cti/session/connection.ts";
import type { CtiUser } from "../../../src/cti/session/cti-user.ts";
import { providerOperations } from "../../../src/cti/session/provider-operations.ts";
import { SessionDoor } from "../../../src/cti/session/session-door.ts";
import { SessionTable } from "../../../src/cti/session/session-table.ts";
import { testUser } from "../../support/test-application.ts";
import type { Complaints } from "./complaints.ts";
import { MortalProcess } from "./mortal-process.ts";
import type { Site } from "./site.ts";
import { VirtualLink, type VirtualChannelServer } from "./virtual-channel.ts";

export interface CtiManagerWorld {
  readonly site: Site;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly complaints: Complaints;
  readonly delayMs: () => number;
  /** The call control that there is. */
  readonly server: () => VirtualChannelServer | undefined;
}

const MANAGER = "test/ctimanager";
const MEGABYTE = 1024 * 1024;
const MAX_LEASE_MS = 600_000;
export const HEARTBEAT_MS = 10_000;
const RATE = 100_000;

/** One life of CTIManager, from its start to its death. */
export class CtiManagerLife {
  readonly process: MortalProcess;
  readonly table: SessionTable;
  readonly core: ControlCore;
  readonly link: VirtualLink;
  readonly #world: CtiManagerWorld;
  readonly #door: SessionDoor;
  readonly #audit: CommandAudit;
  readonly #logger: Logger;

  constructor(world: CtiManagerWorld, folder: string) {
    const { ids, complaints, delayMs, server, site } = world;
    this.#world = world;
    this.process = new MortalProcess(world.clock);
    const logger = complaints.logger("CTIManager", () => this.process.isDead);
    this.#logger = logger;
    const { clock } = this.process;
    this.table = new SessionTable({
      folder: join(folder, "cti"),
      clock,
      ids,
      logger,
      limits: {
        queue: { events: 10_000, bytes: 4 * MEGABYTE },
        logBytes: 16 * MEGABYTE,
        allLogBytes: 512 * MEGABYTE,
        maxSessions: 100,
      },
      userOf: ({ user }) => userNamed(user),
    });
    this.link = new VirtualLink(this.process, world.clock, delayMs, { server, manager: MANAGER });
    this.core = new ControlCore({
      link: this.link,
      sessions: this.table,
      mirror: site.followed.mirror,
      manager: MANAGER,
      folder,
      clock,
      ids,
      logger,
    });
    this.#audit = new CommandAudit({ append: () => undefined }, clock);
    this.#door = new SessionDoor({
      clock,
      table: this.table,
      audit: this.#audit,
      signIn: {
        signIn: async (credentials) => {
          if ("user" in credentials) return userNamed(credentials.user);
          throw new CtiError("auth-failed", "no tokens here");
        },
      },
      prepare: () => this.core.observeCalls(),
      settings: () => ({
        node: "test",
        heartbeatMs: HEARTBEAT_MS,
        leaseMs: MAX_LEASE_MS,
        maxLeaseMs: MAX_LEASE_MS,
        requestsPerSecond: RATE,
        requestBurst: RATE,
        limits: {},
        eventTypes: [],
      }),
    });
  }

  start(): void {
    this.core.start();
  }

  /** An application has connected. */
  accept(connection: Connection): RpcConnection {
    const { ids } = this.#world;
    return new RpcConnection({
      connection,
      door: this.#door,
      operations: new Map([...providerOperations(this.table), ...this.core.operations]),
      audit: this.#audit,
      limits: {
        messageBytes: MEGABYTE,
        depth: 32,
        requestsPerSecond: RATE,
        requestBurst: RATE,
        pendingRequests: 256,
        openMs: HEARTBEAT_MS,
      },
      clock: this.process.clock,
      ids,
      logger: this.#logger,
      counts: { requests: 0, errors: 0, rateLimited: 0 },
    });
  }

  /** `kill -9`. */
  die(): void {
    this.process.die();
    this.link.cut();
  }

  /** Lets go of what a dead process has not. */
  bury(): void {
    this.core.close();
    this.table.release();
  }
}

function userNamed(name: string): CtiUser {
  return testUser({ name });
}
