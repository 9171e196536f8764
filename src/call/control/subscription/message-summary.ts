import { escapeUser, formatHost } from "../../../sip/message/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import { parseDialed } from "../../digit-analysis/index.ts";
import { rejection } from "../rejection.ts";
import type { EventPackage } from "./event-package.ts";

/** Messages in a mailbox. */
export interface MessageCount {
  readonly new: number;
  readonly old: number;
  /** Of which urgent. */
  readonly newUrgent: number;
  readonly oldUrgent: number;
}

/** Who knows how many messages wait for whom. */
export interface MessageCountSource {
  count(directoryNumber: string): MessageCount;
  /** `listener` is told of each number whose count changes. Called once. */
  onChange(listener: (directoryNumber: string) => void): void;
}

/** Nobody records messages. */
export const NO_MESSAGES: MessageCountSource = {
  count: () => ({ new: 0, old: 0, newUrgent: 0, oldUrgent: 0 }),
  onChange: () => undefined,
};

/** The message waiting indication of phones, each of its own mailbox (RFC 3842). */
export function messageSummary(counts: MessageCountSource, realm: string): EventPackage {
  return {
    name: "message-summary",
    contentType: "application/simple-message-summary",
    expiry: { minSeconds: 60, maxSeconds: 3_600, defaultSeconds: 3_600 },
    authorize: (subscriber, subscribe) => {
      const dialed = parseDialed(subscribe.uri);
      if (!dialed.ok) return { kind: "refused", ...rejection(416, "uri-scheme") };
      const { user, host = realm } = dialed.value;
      if (subscriber.kind !== "sip-phone" || !isOwn(subscriber, user)) {
        return { kind: "refused", ...rejection(403, "mailbox") };
      }
      return { kind: "allowed", resource: subscriber.directoryNumber, host };
    },
    stateOf: ({ resource, host }) => {
      const count = counts.count(resource);
      return [
        `Messages-Waiting: ${count.new > 0 ? "yes" : "no"}`,
        `Message-Account: sip:${escapeUser(resource)}@${formatHost(host)}`,
        `Voice-Message: ${count.new}/${count.old} (${count.newUrgent}/${count.oldUrgent})`,
        "",
      ].join("\r\n");
    },
    onChange: (listener) => counts.onChange(listener),
  };
}

/** By its number, its user name, or a URI of the switch alone. */
function isOwn({ directoryNumber, user: name }: Exclude<SipPhone, Peer>, user: string): boolean {
  return user === "" || user === directoryNumber || user === name;
}
