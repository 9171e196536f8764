import type { DeviceView, LineView } from "../../signals/index.ts";
import type { KnownCall } from "../call/known-call.ts";
import type { Replica } from "../call/replica.ts";
import { CtiError } from "../cti-error.ts";
import type { Session } from "../session/session.ts";
import type { OpenDevices } from "./open-devices.ts";

/** What a session may watch and control. */
export class DeviceAccess {
  readonly #replica: Replica;
  readonly #open: OpenDevices;

  constructor(replica: Replica, open: OpenDevices) {
    this.#replica = replica;
    this.#open = open;
  }

  /**
   * A device that the session may watch.
   * @throws {CtiError} `access-device`, `not-found-device`, `node-unavailable`
   */
  watched(session: Session, device: string): DeviceView {
    const entity = { kind: "device", id: device };
    if (!session.user.mayUseDevice(device)) {
      throw new CtiError("access-device", `${session.user.name} may not use ${device}`, { entity });
    }
    this.#checkLoaded();
    const view = this.#replica.devices.get(device);
    if (view === undefined) throw new CtiError("not-found-device", `there is no device ${device}`, { entity });
    return view;
  }

  /**
   * A device that the session may command. CTI ports and route points it must have open, and own or share.
   * @throws {CtiError} what `watched` does, `access-monitor-only`, `access-restricted`, `device-not-open`, `device-owned`,
   * `conflict-fenced`
   */
  controlled(session: Session, device: string): DeviceView {
    const view = this.watched(session, device);
    checkCommands(session);
    const entity = { kind: "device", id: device };
    if (view.isRestricted) {
      throw new CtiError("access-restricted", `an administrator has closed ${device} to control`, { entity });
    }
    if (view.kind === "phone") return view;
    const owner = this.#open.ownerOf(device);
    const actor = owner === undefined ? {} : { actor: owner };
    switch (this.#open.roleOf(session, device)) {
      case "owner":
      case "sharing":
        return view;
      case "standby":
        throw new CtiError("conflict-fenced", `another instance of the application owns ${device}`, {
          entity,
          ...actor,
        });
      case "none":
        if (owner === undefined) {
          throw new CtiError("device-not-open", `${device} is not open with media or routes`, { entity });
        }
        throw new CtiError("device-owned", `another application owns ${device}`, { entity, ...actor });
    }
  }

  /** Whether `controlled` would let it. */
  canControl(session: Session, view: DeviceView): boolean {
    if (session.user.scope?.isMonitorOnly === true || view.isRestricted) return false;
    if (!session.user.mayUseDevice(view.name)) return false;
    return view.kind === "phone" || ["owner", "sharing"].includes(this.#open.roleOf(session, view.name));
  }

  /**
   * A line of a device that the session may watch.
   * @throws {CtiError} `access-device`, `not-found-line`, `node-unavailable`
   */
  watchedLine(session: Session, line: string): LineView {
    const entity = { kind: "line", id: line };
    this.#checkLoaded();
    const view = this.#replica.lines.get(line);
    if (view === undefined && session.user.permissions.includes("control-all-devices")) {
      throw new CtiError("not-found-line", `there is no line ${line}`, { entity });
    }
    if (view === undefined || !this.mayWatchLine(session, view)) {
      throw new CtiError("access-device", `${session.user.name} may use no device with the line ${line}`, { entity });
    }
    return view;
  }

  /** @throws {CtiError} what `watchedLine` does, `access-monitor-only`, `access-restricted` */
  controlledLine(session: Session, line: string): LineView {
    const view = this.watchedLine(session, line);
    checkCommands(session);
    if (view.isRestricted) {
      const entity = { kind: "line", id: line };
      throw new CtiError("access-restricted", `an administrator has closed ${line} to control`, { entity });
    }
    return view;
  }

  /** Somebody of the session's devices or lines is or was in the call. */
  maySee(session: Session, { keys }: Pick<KnownCall, "keys">): boolean {
    if (session.user.permissions.includes("control-all-devices")) return true;
    for (const key of keys) {
      const place = key.indexOf(":");
      const [kind, rest] = [key.slice(0, place), key.slice(place + 1)];
      if (kind === "device" && session.user.mayUseDevice(rest)) return true;
      const line = kind === "line" ? this.#replica.lines.get(rest) : undefined;
      if (line !== undefined && this.mayWatchLine(session, line)) return true;
    }
    return false;
  }

  /** After a start, until call control has said what there is: nothing is refused for good then. */
  #checkLoaded(): void {
    if (this.#replica.isLoaded) return;
    throw new CtiError("node-unavailable", "call control is not there", { retryAfterMs: RETRY_AFTER_MS });
  }

  mayWatchLine(session: Session, { devices }: LineView): boolean {
    return devices.some((device) => session.user.mayUseDevice(device));
  }
}

const RETRY_AFTER_MS = 500;

function checkCommands(session: Session): void {
  if (session.user.scope?.isMonitorOnly !== true) return;
  throw new CtiError("access-monitor-only", "the token may watch, and command nothing");
}
