import { escapeUser, formatHost } from "../../../sip/message/index.ts";
import type { Inventory } from "../../device/index.ts";
import { parseDialed } from "../../digit-analysis/index.ts";
import { octets } from "../leg/caller-identity.ts";
import { rejection } from "../rejection.ts";
import type { EventPackage } from "./event-package.ts";
import { numberOf } from "./line-number.ts";
import type { MessageLamps } from "./message-lamps.ts";

/** The message waiting indication of phones, each of the mailboxes of its own lines (RFC 3842). */
export function messageSummary(
  lamps: Pick<MessageLamps, "count" | "onChange">,
  inventory: Pick<Inventory, "realm" | "lineOf">,
): EventPackage {
  return {
    name: "message-summary",
    contentType: "application/simple-message-summary",
    expiry: { minSeconds: 60, maxSeconds: 3_600, defaultSeconds: 3_600 },
    maxOfDevice: 16,
    authorize: (subscriber, uri) => {
      const dialed = parseDialed(uri);
      if (!dialed.ok) return { kind: "refused", ...rejection(416, "uri-scheme") };
      const { user, host = inventory.realm } = dialed.value;
      // By its number, its user name, or a URI of the switch alone.
      const isFirst = subscriber.kind === "sip-phone" && (user === "" || user === subscriber.user);
      const own = subscriber.kind === "peer" || isFirst ? subscriber : inventory.lineOf(subscriber.name, user);
      if (own?.kind !== "sip-phone") return { kind: "refused", ...rejection(403, "mailbox") };
      return { kind: "allowed", resource: own.line, host };
    },
    stateOf: ({ resource, host }) => {
      const count = lamps.count(resource);
      return [
        `Messages-Waiting: ${count.new > 0 ? "yes" : "no"}`,
        `Message-Account: sip:${escapeUser(octets(numberOf(resource)))}@${formatHost(host)}`,
        `Voice-Message: ${count.new}/${count.old} (${count.newUrgent}/${count.oldUrgent})`,
        "",
      ].join("\r\n");
    },
    onChange: (listener) => lamps.onChange(listener),
  };
}
