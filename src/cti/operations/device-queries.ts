import { z } from "zod";
import type { Operation } from "../session/session-port.ts";
import { checkMethod } from "./command-operation.ts";
import type { OperationContext } from "./operation-context.ts";
import { pageOf } from "./pages.ts";
import { name, page, parameters } from "./parameters.ts";
import { shownDevice } from "./shown-views.ts";

const ofDevice = z.strictObject({ device: name });

/** A device as it is at `seq`, and who owns it. */
export function getDevice(context: OperationContext): Operation {
  return async (session, given) => {
    checkMethod(session, "device.get");
    const { device } = parameters(ofDevice, given);
    const view = context.access.watched(session, device);
    const owner = context.open.ownerOf(device);
    const shown = shownDevice(context, session, view);
    return { seq: session.settle(), device: shown, ...(owner === undefined ? {} : { owner }) };
  };
}

/** Devices that the session may watch, by name; `next`: there are more, after that one. */
export function listDevices(context: OperationContext): Operation {
  return async (session, given) => {
    checkMethod(session, "device.list");
    const asked = parameters(page, given);
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
export function listSpeedDials(context: OperationContext): Operation {
  return async (session, given) => {
    checkMethod(session, "device.speedDials");
    const { device } = parameters(ofDevice, given);
    context.access.watched(session, device);
    const speedDials = context.mirror.get("phone", device)?.speedDials ?? [];
    return {
      seq: session.settle(),
      speedDials: speedDials.map(({ label, destination }, index) => ({ place: index + 1, label, destination })),
    };
  };
}
