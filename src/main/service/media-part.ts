import { join } from "node:path";
import { RelayServer } from "../../media/relay/embedded/relay-server.ts";
import { raisePriority } from "./raise-priority.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";

/** The RTP relay as a service. */
export function createMediaPart({ node, paths, clock, ids, logger, channel }: ServiceContext): ServicePart {
  const { address, advertisedAddress = address, portRange, portRestMs, rtpTimeoutSeconds } = node.media;
  const relay = new RelayServer({
    channel,
    portRange,
    address,
    advertisedAddress,
    clock,
    ids,
    logger,
    journalPath: join(paths.stateDir, "media-sessions.journal"),
    rtpTimeoutMs: rtpTimeoutSeconds * 1_000,
    restMs: portRestMs,
    maxSessions: node.call.maxCalls,
  });
  return {
    start: () => {
      raisePriority(logger);
      return relay.start();
    },
    close: () => relay.close(),
    metrics: () => relay.metrics(),
    status: () => relay.status(),
  };
}
