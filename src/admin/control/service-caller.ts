import { ChannelClient, silentLogger, type Clock, type Logger } from "../../common/index.ts";
import type { NodePaths } from "../../config/index.ts";

/** Asks a service of the node, or its `supervisor`. */
export interface ServiceCaller {
  /** @throws {ChannelError} the service's code, `not-connected` or `timed-out` */
  call(service: string, method: string, params?: unknown, timeoutMs?: number): Promise<unknown>;
  /** May be called twice. */
  close(): void;
}

const TIMEOUT_MS = 2_000;

/**
 * Calls over connections that are kept and made again: for a service. While one is not there the call has a connection
 * of its own, so that a service that has just been started is heard at once.
 */
export function keptServiceCaller(
  services: readonly string[],
  paths: Pick<NodePaths, "socket">,
  clock: Clock,
  logger: Logger,
): ServiceCaller {
  const channels = new Map(
    services.map((service) => {
      const channel = new ChannelClient({ path: paths.socket(service), clock, logger, retryDelayMs: 250 });
      channel.start();
      return [service, channel];
    }),
  );
  const single = singleServiceCaller(paths, clock);
  return {
    call: (service, method, params = {}, timeoutMs = TIMEOUT_MS) => {
      const channel = channels.get(service);
      if (channel?.connected !== true) return single.call(service, method, params, timeoutMs);
      return channel.request(method, params, timeoutMs);
    },
    close: () => {
      for (const channel of channels.values()) channel.close();
    },
  };
}

/** Calls over a connection each: for a command, which ends when it has its answers. */
export function singleServiceCaller(paths: Pick<NodePaths, "socket">, clock: Clock): ServiceCaller {
  return {
    call: async (service, method, params = {}, timeoutMs = TIMEOUT_MS) => {
      const channel = new ChannelClient({ path: paths.socket(service), clock, logger: silentLogger });
      try {
        await channel.connectOnce();
        return await channel.request(method, params, timeoutMs);
      } finally {
        channel.close();
      }
    },
    close: () => undefined,
  };
}
