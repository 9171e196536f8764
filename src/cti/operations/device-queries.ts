import type { Operation } from "../operation.ts";
import type { OperationContext } from "./operation-context.ts";
import { pageOf } from "./pages.ts";
import { parameters } from "./parameters.ts";
import { shownDevice } from "./shown-views.ts";

/** A device as it is at `seq`, and who owns it. */
export function getDevice(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { device } = parameters("device.get", given);
    const shown = shownDevice(context, session, context.access.watched(session, device));
    const owner = context.open.ownerOf(device);
    return { seq: session.settle(), device: shown, ...(owner === undefined ? {} : { owner }) };
  };
}

/** Devices that the session may watch, by name; `next`: there are more, after that one. */
export function listDevices(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const asked = parameters("device.list", given);
    const names = [...context.replica.devices.keys()].filter((device) => session.user.mayUseDevice(device)).sort();
    const { entries, next } = pageOf(names, (device) => device, asked);
    const devices = entries.flatMap((device) => {
      const view = context.replica.devices.get(device);
      return view === undefined ? [] : [shownDevice(context, session, view)];
    });
    return { seq: session.settle(), devices, ...next };
  };
}

/** Speed dials of a phone, the first one first; other devices have none. */
export function listSpeedDials(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { device } = parameters("device.speedDials", given);
    context.access.watched(session, device);
    return { seq: session.settle(), speedDials: context.mirror.get("phone", device)?.speedDials ?? [] };
  };
}
