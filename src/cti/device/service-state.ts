import { type Clock, type Timer, withMore } from "../../common/index.ts";
import type { DeviceView } from "../../signals/index.ts";
import type { CtiEvent } from "../call/cti-event.ts";
import type { Distributor } from "../call/distributor.ts";
import type { Replica } from "../call/replica.ts";
import type { FeedState } from "../call/signal-feed.ts";
import { deviceKey, WATCH_ALL } from "../call/watch-keys.ts";
import type { Session } from "../session/session.ts";
import type { SessionTable } from "../session/session-table.ts";

/** How long call control may be away before devices are out of service. */
const GRACE_MS = 5_000;

/** Name of the fact that a session was told that the provider is out of service. */
const FACT = "out-of-service";
const CAUSE = "call-node-failure";

export interface ServiceStateOptions {
  readonly replica: Replica;
  readonly distributor: Distributor;
  readonly sessions: SessionTable;
  readonly clock: Clock;
}

/** Whether the provider, and so all devices, are in service: call control is there, or has been a moment ago. */
export class ServiceState {
  readonly #options: ServiceStateOptions;
  #grace: Timer | undefined;
  #isOut = false;

  constructor(options: ServiceStateOptions) {
    this.#options = options;
    // Who was told so by the process before has to be told when it is over.
    for (const { facts } of options.sessions.all()) this.#isOut ||= facts.get(FACT) === true;
  }

  get state(): "in-service" | "out-of-service" {
    return this.#isOut ? "out-of-service" : "in-service";
  }

  /** The device as applications are shown it. */
  shown(device: DeviceView): DeviceView {
    return this.#isOut && device.isInService ? withMore(device, { isInService: false, cause: CAUSE }) : device;
  }

  feedIs(state: FeedState): void {
    if (state === "live") {
      this.#grace?.cancel();
      this.#grace = undefined;
      if (this.#isOut) this.#set(false);
    } else if (!this.#isOut) {
      this.#grace ??= this.#options.clock.after(GRACE_MS, () => {
        this.#grace = undefined;
        this.#set(true);
      });
    }
  }

  close(): void {
    this.#grace?.cancel();
  }

  #set(isOut: boolean): void {
    const { replica, distributor, sessions } = this.#options;
    this.#isOut = isOut;
    const told: CtiEvent = { type: "provider.state", state: this.state, ...(isOut ? { cause: CAUSE } : {}) };
    const all = [...sessions.all()];
    // Devices first go out of service, then the provider; the other way round when it is back.
    if (!isOut) for (const session of all) this.#tell(session, told);
    for (const device of replica.devices.values()) {
      if (!device.isInService) continue;
      const event: CtiEvent = { type: "device.state", device: this.shown(device) };
      distributor.announce([event], [deviceKey(device.name), WATCH_ALL]);
    }
    if (isOut) for (const session of all) this.#tell(session, told);
  }

  #tell(session: Session, event: CtiEvent): void {
    session.append(event);
    if (this.#isOut) session.facts.put(FACT, true);
    else session.facts.remove(FACT);
  }
}
