import type { NamedFlow, SentRequest } from "../dialog/index.ts";
import type { SipMessage } from "../message/index.ts";
import type { ServerTransaction } from "../transaction/index.ts";
import type { Flow } from "../transport/index.ts";
import type { ProxyOptions } from "./proxy-command.ts";

/** What one of the targets sent, or the edge in its place (then without address). */
export interface ProxyResponse {
  readonly text: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** A request to be proxied. */
export interface ProxyJob {
  readonly tx: ServerTransaction;
  readonly options: ProxyOptions;
  /** Header fields that the application adds. */
  readonly extra: SipMessage | undefined;
  /** Route values that go with the request, ours taken off. */
  readonly routes: readonly string[];
  /** The flow that the request goes over, wherever it is to go, when its route names one. */
  readonly way: NamedFlow;
  /** The Request-URI becomes the target; else it stays, and the target is only where the request is sent. */
  readonly replacesUri: boolean;
  /** A final response of a target, in order. */
  readonly onFinal: (response: ProxyResponse) => void;
  /** A 2xx that began a call, and cannot go upstream. `routeSet` is the way from us to who sent it. */
  readonly onUnreturnable: (sent: SentRequest, response: SipMessage, flow: Flow, routeSet: readonly string[]) => void;
  /** A final response has gone upstream, or none will: nothing more is told. */
  readonly onDone: () => void;
  /** Nothing can come of it any more. */
  readonly onEnded: () => void;
}
