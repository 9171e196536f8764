import type { TokenBucket } from "./token-bucket.ts";

/** Requests of one session, whatever connections they come over: coming again makes no room for more. */
export interface Intake {
  readonly bucket: TokenBucket;
  /** Requests that are being done, those of connections that are lost among them. */
  pending: number;
}
