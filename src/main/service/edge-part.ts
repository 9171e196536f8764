import { readFileSync } from "node:fs";
import { SwitchError } from "../../common/index.ts";
import { SipEdge } from "../../sip/index.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";
import { traceQueryOf } from "./trace-params.ts";

const MEGABYTE = 1024 * 1024;

/** The SIP edge as a service. */
export function createEdgePart({ node, paths, clock, ids, logger, channel }: ServiceContext): ServicePart {
  const edge = new SipEdge({
    listeners: node.listeners,
    wire: { ...node.wire, secret: readFileSync(paths.wireSecretFile, "utf8").trim() },
    stateDir: paths.stateDir,
    clock,
    ids,
    logger,
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
  return {
    start: () => edge.start(),
    close: () => edge.close(),
    metrics: () => edge.metrics(),
    status: () => ({
      sip: edge.addresses.map(({ protocol, address, port }) => `${protocol}/${address}:${port}`),
      wirePort: edge.wirePort,
      dialogs: edge.listDialogs().length,
    }),
  };
}
