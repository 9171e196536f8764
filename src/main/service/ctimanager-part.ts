import { join } from "node:path";
import type { MetricSample, Timer } from "../../common/index.ts";
import {
  CommandAudit,
  ControlCore,
  LocalTokens,
  MAX_SUBSCRIPTIONS,
  providerOperations,
  SessionDoor,
  SessionTable,
  TokenCalls,
  UserDirectory,
  UserSignIn,
  type DoorSettings,
  type Operations,
} from "../../cti/index.ts";
import { EVENT_TYPES } from "../../protocol/index.ts";
import type { TouchedObjects } from "../../database/index.ts";
import { FollowedConfiguration } from "../configuration/followed-configuration.ts";
import { openConfiguration, withoutSecrets } from "../configuration/open-configuration.ts";
import type { NodeFile } from "../node/node-file.ts";
import { ChannelCallControl } from "./channel-call-control.ts";
import { CtiAuditFile } from "./cti-audit-file.ts";
import { CtiListeners } from "./cti-listeners.ts";
import { ctiPasswords } from "./cti-passwords.ts";
import { handleCtiQuestions } from "./cti-questions.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";

const MEGABYTE = 1024 * 1024;
const MAX_LEASE_MS = 600_000;
const MAX_DEPTH = 32;
/** For a connection to become a session. */
const OPEN_MS = 10_000;
/** How often it is looked for tokens that have expired. */
const EXPIRY_LOOK_MS = 1_000;

/** CTIManager as a service: what CTI applications connect to. */
export function createCtiManagerPart(context: ServiceContext): ServicePart {
  const { node, paths, clock, ids, logger, channel } = context;
  const store = openConfiguration(paths, clock, withoutSecrets(node.realm));
  const followed = new FollowedConfiguration({
    store,
    clock,
    logger,
    onChanged: (touched) => configurationChanged(touched),
  });
  const directory = new UserDirectory(followed.mirror);
  const localTokens = new LocalTokens(clock, ids);
  const { cti } = node;
  const table = new SessionTable({
    folder: join(paths.stateDir, "cti"),
    clock,
    ids,
    logger,
    limits: {
      queue: { events: cti.queueEvents, bytes: cti.queueMegabytes * MEGABYTE },
      logBytes: cti.logMegabytes * MEGABYTE,
      allLogBytes: cti.allLogsMegabytes * MEGABYTE,
      maxSessions: cti.maxSessions,
    },
    userOf: ({ user, token }) =>
      directory.endOf(user, token, clock.wallMs()) === undefined ? directory.user(user, token) : undefined,
  });
  const manager = `${node.name}/ctimanager`;
  const core = new ControlCore({
    link: new ChannelCallControl({ path: paths.socket("callmanager"), manager, clock, logger }),
    sessions: table,
    mirror: followed.mirror,
    manager,
    folder: paths.stateDir,
    clock,
    ids,
    logger,
  });
  const closeUnusable = (): void => {
    for (const session of [...table.all()]) {
      const reason = directory.endOf(session.user.name, session.user.token, clock.wallMs());
      if (reason !== undefined) table.close(session, reason);
    }
  };
  const configurationChanged = (touched: TouchedObjects): void => {
    closeUnusable();
    core.configurationChanged(touched);
  };
  let expiry: Timer | undefined;
  const lookForExpired = (): void => {
    expiry = clock.after(EXPIRY_LOOK_MS, () => {
      closeUnusable();
      lookForExpired();
    });
  };
  const auditFile = new CtiAuditFile(paths.ctiAuditLog);
  const audit = new CommandAudit(auditFile, clock);
  table.watch({
    onAbsent: (session) => audit.session(session, "absent"),
    onFailed: (session) => audit.session(session, "failed"),
    onClosed: (session, reason) => audit.session(session, "closed", reason),
  });
  const tokenCalls = new TokenCalls({
    path: join(paths.stateDir, "cti-token-calls.journal"),
    clock,
    onError: (error) => logger.error("the calls of CTI tokens cannot be written", { error: String(error) }),
    isUp: (callId) => core.isUp(callId),
  });
  const operations: Operations = new Map([...providerOperations(table), ...tokenCalls.bound(core.operations)]);
  const counts = { requests: 0, errors: 0, rateLimited: 0 };
  const listeners = new CtiListeners({
    node,
    clock,
    logger,
    rpc: {
      door: new SessionDoor({
        table,
        signIn: new UserSignIn(directory, ctiPasswords(clock), localTokens, clock),
        audit,
        prepare: () => core.observeCalls(),
        clock,
        settings: () => doorSettings(node, 1_000 * followed.parameters.number("CTIApplicationHeartbeatTime")),
      }),
      operations,
      audit,
      limits: {
        messageBytes: cti.maxMessageKilobytes * 1_024,
        depth: MAX_DEPTH,
        requestsPerSecond: cti.requestsPerSecond,
        requestBurst: cti.requestBurst,
        pendingRequests: cti.maxPendingRequests,
        openMs: OPEN_MS,
      },
      clock,
      ids,
      logger,
      counts,
    },
  });
  channel.handle("configuration-changed", async () => ({ sequence: await followed.refresh() }));
  channel.handle("cti-local-token", () => ({ token: localTokens.make() }));
  handleCtiQuestions(channel, table, auditFile);
  return {
    start: async () => {
      core.start();
      await listeners.start();
      lookForExpired();
    },
    close: async () => {
      expiry?.cancel();
      core.close();
      table.release();
      await listeners.close();
      tokenCalls.close();
      followed.close();
      auditFile.close();
      store.close();
    },
    metrics: () => [
      ...table.metrics(),
      ...core.metrics(),
      tokenCalls.metric,
      ...requestMetrics(counts),
      sample("gauge", "tandem_cti_connections", "Connections of applications", listeners.connections),
      sample(
        "counter",
        "tandem_cti_connections_refused_total",
        "Connections that were refused before they were WebSockets",
        listeners.refused,
      ),
      sample("counter", "tandem_cti_audit_lines_dropped_total", "Lines of the audit not written", auditFile.dropped),
    ],
    status: () => ({
      cti: cti.listeners.map(({ transport, address, port }) => `${transport} ${address}:${port}`),
      sessions: table.size,
      callControl: core.callControl,
      configuration: followed.mirror.sequence,
    }),
  };
}

function doorSettings({ name, cti }: NodeFile, heartbeatMs: number): DoorSettings {
  return {
    node: name,
    heartbeatMs,
    leaseMs: 1_000 * cti.leaseSeconds,
    maxLeaseMs: MAX_LEASE_MS,
    requestsPerSecond: cti.requestsPerSecond,
    requestBurst: cti.requestBurst,
    limits: {
      messageBytes: cti.maxMessageKilobytes * 1_024,
      queueEvents: cti.queueEvents,
      queueBytes: cti.queueMegabytes * MEGABYTE,
      logBytes: cti.logMegabytes * MEGABYTE,
      subscriptions: MAX_SUBSCRIPTIONS,
    },
    eventTypes: EVENT_TYPES,
  };
}

function requestMetrics(counts: Readonly<Record<string, number>>): MetricSample[] {
  return [
    sample("counter", "tandem_cti_requests_total", "Messages of applications", counts["requests"] ?? 0),
    sample("counter", "tandem_cti_errors_total", "Requests that were answered with an error", counts["errors"] ?? 0),
    sample(
      "counter",
      "tandem_cti_rate_limited_total",
      "Requests refused since there were too many",
      counts["rateLimited"] ?? 0,
    ),
  ];
}

function sample(type: MetricSample["type"], name: string, help: string, value: number): MetricSample {
  return { name, type, help, value };
}
