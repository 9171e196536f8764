import { z } from "zod";
import { SwitchError, type ChannelServer, type Clock, type Timer } from "../../common/index.ts";
import type { CtiDevices } from "../../call/control/index.ts";
import type { CtiDeviceRequest } from "../../signals/index.ts";

const device = z.string().min(1).max(64);
const fence = z.int().min(0);
const codecs = z
  .array(z.string().regex(/^[A-Za-z0-9._-]{1,32}(?:\/\d{4,6})?$/, "expected a codec such as PCMA or PCMA/8000"))
  .min(1)
  .max(16);
const media = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("none") }),
  z.strictObject({
    mode: z.literal("static"),
    address: z.union([z.ipv4(), z.ipv6()], "expected a literal IP address"),
    port: z.int().min(1).max(65_535),
    codecs,
  }),
  z.strictObject({ mode: z.literal("dynamic"), codecs }),
  z.strictObject({ mode: z.literal("switch"), prompt: z.exactOptional(z.string().min(1).max(96)) }),
]);
const session = z.string().min(1).max(128);

const request = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("own"), device, fence, media, routes: z.boolean(), session }),
  z.strictObject({ type: z.literal("disown"), device, fence }),
  z.strictObject({ type: z.literal("silent"), device, fence, isSilent: z.boolean() }),
  z.strictObject({ type: z.literal("failed"), device, fence }),
  z.strictObject({ type: z.literal("lost"), device, fence }),
]);

/** How long CTIManagers may be away before their devices count as failed. */
const AWAY_MS = 10_000;

export interface CtiDevicesContext {
  readonly devices: Pick<CtiDevices, "request" | "managersAway" | "managersGone" | "isAnyOpen">;
  readonly clock: Clock;
}

/**
 * `cti-device` of `CtiDeviceRequest`: answers `{ok: true}`, or `{ok: false, failure, detail}`. When all CTIManagers are away
 * for longer than ten seconds, their devices count as failed, until one says again who owns them.
 */
export class CtiDeviceChannel {
  readonly #context: CtiDevicesContext;
  #away: Timer | undefined;

  constructor(channel: Pick<ChannelServer, "handle">, context: CtiDevicesContext) {
    this.#context = context;
    channel.handle("cti-device", (params) => {
      const parsed = request.safeParse(params ?? {});
      if (!parsed.success) throw new SwitchError("bad-params", z.prettifyError(parsed.error));
      return context.devices.request(parsed.data satisfies CtiDeviceRequest);
    });
  }

  /** To be called once calls are taken up: who owned devices before may be gone as well. */
  start(): void {
    if (this.#context.devices.isAnyOpen) this.#begin();
  }

  /** So many CTIManagers are attached. */
  managers(count: number): void {
    if (count === 0) this.#begin();
    else this.close();
  }

  close(): void {
    if (this.#away === undefined) return;
    this.#away.cancel();
    this.#away = undefined;
    this.#context.devices.managersAway(false);
  }

  #begin(): void {
    if (this.#away !== undefined) return;
    const { devices, clock } = this.#context;
    devices.managersAway(true);
    this.#away = clock.after(AWAY_MS, () => {
      this.close();
      devices.managersGone();
    });
  }
}
