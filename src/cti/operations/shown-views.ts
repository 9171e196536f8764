import { withMore } from "../../common/index.ts";
import type { CallView, DeviceView } from "../../signals/index.ts";
import type { KnownCall } from "../call/replica.ts";
import { deviceKey } from "../call/watch-keys.ts";
import type { WatchedNow } from "../call/watched-now.ts";
import type { Session } from "../session/session.ts";
import { devicesInView, operationsInCall, operationsOfDevice } from "./offered-operations.ts";
import type { OperationContext } from "./operation-context.ts";

/** A call or device with what the application may do with it now. */
export type Operable<View> = View & { readonly operations: readonly string[] };

type Context = Pick<OperationContext, "replica" | "access" | "service">;

export function shownCall(context: Context, session: Session, view: CallView): Operable<CallView> {
  const { replica, access } = context;
  if (view.state === "invalid") return withMore(view, { operations: [] });
  const there = devicesInView(
    view,
    (name) => {
      const device = replica.devices.get(name);
      return device !== undefined && access.canControl(session, device) ? device : undefined;
    },
    (line) => replica.lines.get(line)?.devices ?? [],
    (device) => replica.hasCall(deviceKey(device), (other) => isOther(other, view, device)),
  );
  const operations = new Set(there.flatMap((device) => operationsInCall(device)));
  return withMore(view, { operations: [...operations].filter((method) => session.user.mayCall(method)).sort() });
}

export function shownDevice(context: Context, session: Session, view: DeviceView): Operable<DeviceView> {
  const shown = context.service.shown(view);
  const operations = context.access.canControl(session, view) ? operationsOfDevice(shown) : [];
  return withMore(shown, { operations: operations.filter((method) => session.user.mayCall(method)) });
}

/** What a subscription shows when it begins, for this session. */
export function shownNow(context: Context, session: Session, now: WatchedNow) {
  return {
    calls: now.calls.map((call) => shownCall(context, session, call)),
    devices: now.devices.map((device) => shownDevice(context, session, device)),
    lines: now.lines,
    routes: now.routes,
  };
}

function isOther({ view: other }: KnownCall, view: CallView, device: string): boolean {
  if (other.callId === view.callId) return false;
  return other.connections.some(({ terminals }) =>
    terminals.some((terminal) => terminal.device === device && ["talking", "held"].includes(terminal.state)),
  );
}
