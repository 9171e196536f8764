import type { CtiEvent } from "../../../src/protocol/index.ts";
import type { Clock } from "../../../src/common/index.ts";
import type { Chance } from "../chance.ts";
import type { Application } from "./application.ts";

/** CTI ports and route points of an application, and their lines. */
export interface OwnDevice {
  readonly device: string;
  readonly line: string;
  readonly media?: object;
  readonly routes?: true;
}

const MEDIA = { address: "192.0.2.77", port: 40_000 } as const;
const THINK_MS = 2_500;
/** How often what was answered already is asked for again. */
const REPEAT = 0.3;

/** What an application does with calls that its devices are offered. */
export class Agent {
  readonly #devices: readonly OwnDevice[];
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #numbers: readonly string[];
  application: Application | undefined;
  /** It answers nothing any more. */
  isOff = false;

  constructor(devices: readonly OwnDevice[], clock: Clock, chance: Chance, numbers: readonly string[]) {
    this.#devices = devices;
    this.#clock = clock;
    this.#chance = chance;
    this.#numbers = numbers;
  }

  async open(application: Application): Promise<void> {
    this.application = application;
    for (const { device, media, routes } of this.#devices) {
      const params = { device, ...(media === undefined ? {} : { media }), ...(routes === undefined ? {} : { routes }) };
      const answer = await application.request("device.open", params);
      if (answer.kind !== "done") throw new Error(`${device} cannot be opened: ${answer.text}`);
    }
  }

  hear(event: CtiEvent): void {
    if (this.isOff) return;
    if (event.type === "call.connection" && event.state === "offered") {
      const own = this.#devices.find(({ line }) => line === event.party?.line);
      if (own !== undefined && own.routes !== true) this.#later(() => this.#takeUp(own, event.callId));
    }
    if (event.type === "media.wanted") {
      const { device, callId } = event.media;
      if (this.#owns(device)) this.#later(() => this.#command("media.setAddress", { device, callId, ...MEDIA }));
    }
    if (event.type === "route.request" || event.type === "route.reroute") {
      const { device, routeId } = event.route;
      const destinations = [{ to: this.#number() }, { to: this.#number() }];
      if (this.#owns(device)) this.#later(() => this.#command("route.select", { device, routeId, destinations }));
    }
  }

  #takeUp({ device, media }: OwnDevice, callId: string): void {
    const isDynamic = (media as { readonly mode?: string } | undefined)?.mode === "dynamic";
    const isKnown = isDynamic && this.#chance.happens(0.7);
    const choice = this.#chance.next();
    if (choice < 0.25) this.#command("call.accept", { device, callId });
    if (choice < 0.6) return this.#command("call.answer", { device, callId, ...(isKnown ? { media: MEDIA } : {}) });
    if (choice < 0.8) return this.#command("call.redirect", { device, callId, to: this.#number() });
    if (choice < 0.9) this.#command("call.reject", { device, callId, reason: "busy" });
  }

  #command(method: string, params: object): void {
    this.application?.command(method, params, this.#chance.happens(REPEAT) ? 1 : 0);
  }

  #later(run: () => void): void {
    this.#clock.after(this.#chance.below(THINK_MS), () => {
      if (!this.isOff) run();
    });
  }

  #number(): string {
    return this.#chance.pick(this.#numbers) ?? "1001";
  }

  #owns(device: string): boolean {
    return this.#devices.some((own) => own.device === device);
  }
}
