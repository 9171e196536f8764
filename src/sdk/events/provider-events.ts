import type { CtiEvent, EventType, MediaView } from "../../protocol/index.ts";
import type { CtiError } from "../cti-error.ts";

/** JTAPI Provider. `shutdown` is for good. */
export type ProviderState = "out-of-service" | "in-service" | "shutdown";

/** An event of a type that this SDK does not know: the server is newer. */
export interface UnknownEvent {
  readonly type: "unknown";
  readonly seq: number;
  /** The type that the server says. */
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the SDK itself tells; these have no `seq`, since they are on no wire. */
export type LocalEvent =
  /** `error`: what the server said is not the protocol (`CLIENT_PROTOCOL`); a `provider.resnapshot` follows. */
  | { readonly type: "provider.lost"; readonly reason: string; readonly error?: CtiError }
  /** The session goes on, nothing was missed: what was told meanwhile follows. */
  | { readonly type: "provider.resumed"; readonly server: string }
  /** Events were missed: all is as the getters say now. `isNewSession`: the session before is gone, its devices were opened anew. */
  | { readonly type: "provider.resnapshot"; readonly server: string; readonly isNewSession: boolean }
  | { readonly type: "provider.shutdown"; readonly error?: CtiError }
  /** Something that was subscribed to or opened could not be so again after a `provider.resnapshot`. */
  | { readonly type: "provider.notRestored"; readonly what: string; readonly error: CtiError }
  /** No address was found for the RTP of a call, or it was refused. */
  | { readonly type: "media.failed"; readonly media: MediaView; readonly error: Error }
  /** The application has not taken so many events of this stream: the oldest were thrown away. */
  | { readonly type: "stream.lost"; readonly count: number };

export type ProviderEvent = CtiEvent | UnknownEvent | LocalEvent;

/** Events by type, for `on`. */
export type ProviderEventMap = {
  readonly [Type in Exclude<ProviderEvent["type"], "stream.lost">]: Extract<ProviderEvent, { type: Type }>;
} & {
  /** All of them. */
  readonly event: ProviderEvent;
};

/** Events of a stream that is limited to some types. */
export type EventsOfTypes<Type extends EventType> = Extract<ProviderEvent, { type: Type | "stream.lost" }>;
