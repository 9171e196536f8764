/** What CTIManagers are told of calls and devices. */
export { CtiFeed, type CtiFeedOptions } from "./cti-feed.ts";
export { type FeedPeer } from "./attachment.ts";
export { CtiError, type CtiErrorCode } from "./cti-error.ts";
export { OUTBOX_LIMITS, type OutboxLimits } from "./outbox.ts";
