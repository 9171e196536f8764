import { escapeUser, formatHost } from "../../../sip/message/index.ts";
import type { SipPhone } from "../../device/index.ts";
import { parseDialed, type Dialed, type Destination } from "../../digit-analysis/index.ts";
import { octets } from "../leg/caller-identity.ts";
import type { LineStates } from "../views/line-states.ts";
import { rejection, type Rejection } from "../rejection.ts";
import { rejectionOfNone } from "../routing/route-call.ts";
import { dialogInfo } from "./dialog-info.ts";
import type { EventPackage } from "./event-package.ts";
import { numberOf } from "./line-number.ts";
import type { Subscription } from "./subscription.ts";

export interface DialogPackageOptions {
  readonly lines: LineStates;
  readonly realm: string;
  /** Where a number leads that a phone dials. */
  readonly analyze: (dialed: Dialed, by: SipPhone) => Destination;
}

/** Dialogs in one document; those that are not answered yet first. */
const MAX_DIALOGS = 32;
/** Keys of an attendant console. */
const MAX_OF_DEVICE = 256;

/**
 * What goes on on a line, or on a park number, for the lamp of a key (RFC 4235). Each document is whole; a dialog that has
 * ended since the one before stands in it as terminated.
 */
export function dialogPackage({ lines, realm, analyze }: DialogPackageOptions): EventPackage {
  /** Ids that the last document of a subscription had. */
  const told = new WeakMap<Subscription, readonly string[]>();
  return {
    name: "dialog",
    contentType: "application/dialog-info+xml",
    expiry: { minSeconds: 60, maxSeconds: 3_600, defaultSeconds: 3_600 },
    maxOfDevice: MAX_OF_DEVICE,
    gapMs: 100,
    isToldAnew: true,
    authorize: (subscriber, uri) => {
      const dialed = parseDialed(uri);
      if (!dialed.ok) return { kind: "refused", ...rejection(416, "uri-scheme") };
      if (subscriber.kind !== "sip-phone") return { kind: "refused", ...rejection(403, "device") };
      const found = resourceOf(analyze(dialed.value, subscriber));
      if (typeof found !== "string") return { kind: "refused", ...found };
      return { kind: "allowed", resource: found, host: dialed.value.host ?? realm };
    },
    stateOf: (subscription, version) => {
      const { resource, host, uri } = subscription;
      const dialogs = [...lines.dialogsOf(resource)]
        .sort((one, other) => rank(one) - rank(other))
        .slice(0, MAX_DIALOGS);
      const ids = new Set(dialogs.map(({ id }) => id));
      const ended = (told.get(subscription) ?? []).filter((id) => !ids.has(id));
      told.set(subscription, [...ids]);
      const entity = entityOf(uri, resource, host);
      return dialogInfo({ entity, local: numberOf(resource), host, version, dialogs, ended });
    },
    onChange: (listener) => lines.onChanged(listener),
  };
}

function rank({ state }: { readonly state: string }): number {
  return state === "confirmed" ? 1 : 0;
}

/** The line or park number; or why nothing that goes on there can be told. */
function resourceOf(destination: Destination): string | Rejection {
  switch (destination.kind) {
    case "phone":
      return octets(destination.phone.line);
    case "line":
      return octets(destination.line);
    case "park-range": {
      const { number, pattern } = destination;
      const at = pattern.lastIndexOf("@");
      return at < 0 ? number : `${number}${octets(pattern.slice(at))}`;
    }
    case "none":
      return rejectionOfNone(destination);
    case "endpoint":
    case "peer":
    case "route":
    case "hunt-pilot":
    case "pickup-group":
    case "feature":
      return rejection(404, "no-line");
  }
}

/** What was subscribed to, as the subscriber knows it; without parameters. */
function entityOf(uri: string | undefined, resource: string, host: string): string {
  const dialed = parseDialed(uri ?? "");
  const user = dialed.ok && dialed.value.user !== "" ? dialed.value.user : numberOf(resource);
  return `sip:${escapeUser(user)}@${formatHost(host)}`;
}
