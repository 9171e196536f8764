import { readFileSync } from "node:fs";
import { SwitchError } from "../../common/index.ts";
import { hostPort, SipEdge } from "../../sip/index.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";

/** The SIP edge as a service. */
export function createEdgePart({ node, paths, clock, ids, logger, channel }: ServiceContext): ServicePart {
  const edge = new SipEdge({
    listeners: node.listeners,
    ...(node.tls === undefined ? {} : { tls: node.tls }),
    ...(node.webSocket === undefined ? {} : { webSocket: node.webSocket }),
    wire: { ...node.wire, secret: readFileSync(paths.wireSecretFile, "utf8").trim() },
    stateDir: paths.stateDir,
    clock,
    ids,
    logger,
  });
  channel.handle("dialogs", () => edge.listDialogs());
  channel.handle("end-dialog", (params) => {
    const { dialogId, reason } = (params ?? {}) as { dialogId?: unknown; reason?: unknown };
    if (typeof dialogId !== "string") throw new SwitchError("bad-params", "expected {dialogId, reason}");
    return edge.endDialog(dialogId, typeof reason === "string" ? reason : "");
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
