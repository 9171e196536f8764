import type { MethodParams } from "../../protocol/index.ts";
import type { DeviceView } from "../../signals/index.ts";
import { watchedNow } from "../call/watched-now.ts";
import { deviceKey } from "../call/watch-keys.ts";
import { CtiError } from "../cti-error.ts";
import type { Registration } from "../device/registration.ts";
import type { Operation } from "../operation.ts";
import type { Session } from "../session/session.ts";
import { checkAnswer } from "./answer-size.ts";
import { checkAddress } from "./addresses.ts";
import { checkCallControl, checkShown } from "./command-runner.ts";
import type { OperationContext } from "./operation-context.ts";
import { parameters } from "./parameters.ts";
import { shownCall, shownDevice } from "./shown-views.ts";

/**
 * Opens a device: the session hears all of it. CTI ports and route points it registers for, with media or without (the
 * default), and is their owner unless another session is; `fence` is that of the owner.
 * @throws {CtiError} `access-device`, `access-restricted`, `media-on-phone`, `device-type`, `device-owned`, `validation-combination`,
 * `limit-devices`, `protocol-too-big`, `node-unavailable`, `node-failed-during`
 */
export function openDevice(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const asked = parameters("device.open", given);
    if (asked.media?.mode === "static") checkAddress(asked.media.address, "/media/address");
    return context.open.inTurn(session, asked.device, () => openOne(context, session, asked));
  };
}

async function openOne(
  context: OperationContext,
  session: Session,
  { device, media = { mode: "none" }, routes = false, autoAccept = false }: MethodParams["device.open"],
): Promise<object> {
  checkCallControl(context);
  const view = context.access.watched(session, device);
  const entity = { kind: "device", id: device };
  if (view.isRestricted) throw new CtiError("access-restricted", `${device} is closed to control`, { entity });
  const registration = registrationOf(session, view, { media, routes, ...(autoAccept && { autoAccept }) });
  const { feed, open, replica, maxAnswerCharacters } = context;
  const callsNow = (): readonly object[] =>
    watchedNow(replica, new Set([deviceKey(device)])).calls.map((call) => shownCall(context, session, call));
  checkAnswer({ calls: callsNow() }, maxAnswerCharacters);
  await checkShown(context, await open.open(session, device, registration, feed.position));
  const now = replica.devices.get(device) ?? view;
  const fence = open.fenceOf(session, device);
  return {
    seq: session.settle(),
    device: shownDevice(context, session, now),
    calls: callsNow(),
    ...(fence === undefined ? {} : { fence }),
  };
}

/**
 * Closes a device; one that is not open is `unchanged`. What it owned goes to who stands in for it, or to nobody. While call
 * control is away it is closed at once, and events show that it is out of service once that is back.
 * @throws {CtiError} `node-failed-during`
 */
export function closeDevice(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { device } = parameters("device.close", given);
    return context.open.inTurn(session, device, async () => {
      const closed = context.open.close(session, device);
      if (closed?.told !== undefined) await checkShown(context, await closed.told);
      return { seq: session.settle(), ...(closed === undefined ? { unchanged: true } : {}) };
    });
  };
}

/** Phones are not registered for: their media is their own. */
function registrationOf(session: Session, view: DeviceView, asked: Registration): Registration | undefined {
  const entity = { kind: "device", id: view.name };
  if (view.kind === "phone") {
    if (asked.media.mode !== "none")
      throw new CtiError("media-on-phone", `${view.name} ends its own media`, { entity });
    if (asked.routes) throw new CtiError("device-type", `${view.name} is a phone, and routes no calls`, { entity });
    if (asked.autoAccept === true)
      throw new CtiError("device-type", `${view.name} is a phone, and rings at once`, { entity });
    return undefined;
  }
  if (asked.routes && view.kind !== "route-point") {
    throw new CtiError("device-type", `${view.name} is no route point`, { entity });
  }
  if (asked.routes && asked.autoAccept === true) {
    const path = "/autoAccept";
    throw new CtiError("validation-combination", "calls that are routed by dialogues are not offered", { path });
  }
  if (session.user.scope?.isMonitorOnly === true) {
    throw new CtiError("access-monitor-only", "the token may watch, and take no calls", { entity });
  }
  return asked;
}
