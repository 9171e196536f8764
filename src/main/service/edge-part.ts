import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { SwitchError, type Clock } from "../../common/index.ts";
import type { NodePaths } from "../../config/index.ts";
import { hostPort, SipEdge } from "../../sip/index.ts";
import { Neighbors, type NeighborFacts } from "../configuration/neighbors.ts";
import { openConfiguration, withoutSecrets } from "../configuration/open-configuration.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";
import { guardSettings } from "./guard-settings.ts";
import { traceQueryOf } from "./trace-params.ts";

const MEGABYTE = 1024 * 1024;

/** The SIP edge as a service. */
export function createEdgePart({ node, paths, clock, ids, logger, channel }: ServiceContext): ServicePart {
  const neighbors = new Neighbors(node.security.neverBan, storedNeighbors(paths, clock, node.realm));
  const edge = new SipEdge({
    listeners: node.listeners,
    ...(node.tls === undefined ? {} : { tls: node.tls }),
    ...(node.webSocket === undefined ? {} : { webSocket: node.webSocket }),
    dns: node.dns,
    emergencyNumbers: node.call.emergency?.numbers ?? [],
    wire: { ...node.wire, secret: readFileSync(paths.wireSecretFile, "utf8").trim() },
    stateDir: paths.stateDir,
    clock,
    ids,
    logger,
    guard: guardSettings(node, neighbors),
    limits: { traceBytes: node.trace.keepMegabytes * MEGABYTE },
  });
  channel.handle("dialogs", () => edge.listDialogs());
  channel.handle("end-dialog", (params) => {
    const { dialogId, reason } = (params ?? {}) as { dialogId?: unknown; reason?: unknown };
    if (typeof dialogId !== "string") throw new SwitchError("bad-params", "expected {dialogId, reason}");
    return edge.endDialog(dialogId, typeof reason === "string" ? reason : "");
  });
  channel.handle("trace", (params) => edge.readTrace(traceQueryOf(params)));
  channel.handle("trace-state", () => edge.trace);
  channel.handle("bans", () => edge.listBans());
  channel.handle("ban", (params) => edge.ban(addressIn(params), "authentication"));
  channel.handle("unban", (params) => edge.unban(addressIn(params)));
  channel.handle("trust", (params) => {
    const { addresses } = (params ?? {}) as { addresses?: unknown };
    if (!Array.isArray(addresses)) throw new SwitchError("bad-params", "expected {addresses}");
    edge.trust(addresses.filter((address) => isIP(String(address)) !== 0).map(String));
  });
  channel.handle("know", (params) => {
    const { addresses, certificateNames } = (params ?? {}) as { addresses?: unknown; certificateNames?: unknown };
    if (!isTexts(addresses) || !isTexts(certificateNames)) {
      throw new SwitchError("bad-params", "expected {addresses, certificateNames}");
    }
    neighbors.know({ addresses, certificateNames });
    return null;
  });
  channel.handle("delay", (params) => {
    const { delayMs } = (params ?? {}) as { delayMs?: unknown };
    if (typeof delayMs !== "number" || !(delayMs >= 0)) throw new SwitchError("bad-params", "expected {delayMs}");
    edge.reportDelay(delayMs);
    return null;
  });
  return {
    start: () => edge.start(),
    close: () => edge.close(),
    metrics: () => edge.metrics(),
    status: () => ({
      sip: edge.addresses.map(({ protocol, address, port }) => `${protocol}/${hostPort(address, port)}`),
      wirePort: edge.wirePort,
      dialogs: edge.listDialogs().length,
    }),
  };
}

/** As configured when the edge starts; call control tells of changes. */
function storedNeighbors(paths: NodePaths, clock: Clock, realm: string): NeighborFacts {
  const store = openConfiguration(paths, clock, withoutSecrets(realm));
  try {
    const trunks = store.all("trunk").map(({ body }) => body);
    return {
      addresses: trunks.flatMap(({ addresses }) => addresses),
      certificateNames: trunks.flatMap(({ certificateNames }) => certificateNames),
    };
  } finally {
    store.close();
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** @throws {SwitchError} `bad-params` */
function addressIn(params: unknown): string {
  const { address } = (params ?? {}) as { address?: unknown };
  if (typeof address === "string" && isIP(address) !== 0) return address;
  throw new SwitchError("bad-params", "expected {address}, a literal IP address");
}
