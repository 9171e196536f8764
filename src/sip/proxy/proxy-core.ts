import type { MetricSample } from "../../common/index.ts";
import { parseNameAddr, reasonPhrase, splitList, tagOf, type SipMessage } from "../message/index.ts";
import {
  bareResponse,
  newTag,
  parseDraft,
  requestContext,
  type Application,
  type CoreContext,
  type UserAgentCore,
} from "../dialog/index.ts";
import { nextHopOf, type TargetResolver } from "../resolution/index.ts";
import type { ServerTransaction, TransactionUser } from "../transaction/index.ts";
import type { Flow, Target } from "../transport/index.ts";
import { forwardedRequest, hopsLeft } from "./forwarded-request.ts";
import { ProxiedRequest } from "./proxied-request.ts";
import { parseProxyTokens, type ProxyOptions } from "./proxy-command.ts";
import type { ProxyJob, ProxyResponse } from "./proxy-job.ts";
import { RecordRoutes, type TakenRoutes } from "./record-route.ts";

/** What an application's `proxy` command asks for. */
export interface ProxyCommand {
  readonly application: Application;
  readonly txnId: string;
  /** What follows the transaction id. */
  readonly tokens: readonly string[];
  /** A request whose header fields are added. */
  readonly text: string;
}

/** What is told of a `proxy` command: refused, or responses and then done. */
export type ProxyReply =
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "response"; readonly response: ProxyResponse }
  | { readonly type: "done" };

/** Requests on their way through us at a time, answered INVITEs included; more are refused. */
const MAX_REQUESTS = 50_000;

/** How a request of a dialog that we proxied goes on: where it says, without an application. */
const ONWARD: Omit<ProxyOptions, "destinations"> = {
  remainsInDialog: false,
  fullResponse: false,
  followsRedirects: false,
  isSimultaneous: false,
  provisionalMs: undefined,
  finalMs: undefined,
};

/**
 * RFC 3261 16: forwards what applications want proxied, and by itself what comes in dialogs that it proxied. All else
 * goes to the user agent core.
 */
export class ProxyCore implements TransactionUser {
  readonly #context: CoreContext;
  readonly #core: UserAgentCore;
  readonly #routes: RecordRoutes;
  readonly #resolver: TargetResolver;
  /** By server transaction; INVITEs stay 32 s after their answer. */
  readonly #requests = new Map<string, ProxiedRequest>();
  readonly #answered = new Map<string, ProxiedRequest>();

  /** @param key makes our Record-Routes known again; the same after a restart */
  constructor(context: CoreContext, core: UserAgentCore, key: string) {
    this.#context = context;
    this.#core = core;
    this.#resolver = context.resolver;
    this.#routes = new RecordRoutes(context.transport, context.flows, key);
  }

  /** Proxies a request that was offered to an application; `reply` may be called often. */
  proxy({ application, txnId, tokens, text }: ProxyCommand, reply: (reply: ProxyReply) => void): void {
    const options = parseProxyTokens(tokens);
    const draft = text === "" ? undefined : parseDraft(text);
    if (!options.ok || draft?.ok === false) {
      reply({ type: "refused", reason: options.ok ? "invalid request" : options.reason });
      return;
    }
    for (const uri of options.value.destinations) {
      const nextHop = this.#resolver.nextHopOf(uri);
      if (nextHop.ok) continue;
      reply({ type: "refused", reason: nextHop.reason });
      return;
    }
    if (this.#requests.size >= MAX_REQUESTS) {
      reply({ type: "refused", reason: "Server error: too many requests are being proxied" });
      return;
    }
    const tx = this.#core.release(application, txnId);
    if (tx === undefined) {
      reply({ type: "refused", reason: "Unknown transaction id" });
      return;
    }
    const extra = draft?.value.message;
    const own = (extra?.getAll("route") ?? []).flatMap(splitList);
    const taken = this.#routes.take(tx.request, tx.flow);
    this.#start({
      tx,
      options: options.value,
      extra,
      routes: own.length > 0 ? own : taken.left,
      way: own.length > 0 ? { kind: "none" } : taken.flow,
      replacesUri: this.#routes.isOurs(tx.request.uri),
      onFinal: (response) => {
        if (options.value.fullResponse) reply({ type: "response", response });
      },
      onDone: () => {
        this.#context.invites.remove(txnId);
        reply({ type: "done" });
      },
    });
  }

  knowsDialog(request: SipMessage, flow: Flow): boolean {
    return this.#core.knowsDialog(request) || (request.has("route") && this.#routes.take(request, flow).isRecorded);
  }

  onRequest(tx: ServerTransaction): void {
    const { request } = tx;
    const taken = request.has("route") ? this.#routes.take(request, tx.flow) : undefined;
    // RFC 5626 5.3: a name that we did not give, and a flow that is no more.
    if (taken?.isForged === true) this.#reject(tx, 403);
    else if (taken?.flow.kind === "gone") this.#reject(tx, 430);
    else if (taken?.isRecorded === true && isInDialog(request)) this.#forwardOnward(tx, taken);
    else this.#core.onRequest(tx);
  }

  onCancel(tx: ServerTransaction, invite: ServerTransaction | undefined): void {
    const proxied = invite === undefined ? undefined : this.#requests.get(invite.id);
    if (proxied === undefined) {
      this.#core.onCancel(tx, invite);
      return;
    }
    tx.respond(200, bareResponse(tx.request, 200, "OK", newTag(this.#context, "s")));
    proxied.cancel(tx.request.get("reason"));
  }

  onAck(request: SipMessage, flow: Flow): void {
    const taken = this.#routes.take(request, flow);
    const isPassing = taken.isRecorded || (this.#answered.has(callKey(request)) && !this.#routes.isOurs(request.uri));
    if (isPassing) this.#forwardAck(request, taken);
    else this.#core.onAck(request, flow);
  }

  onStrayResponse(response: SipMessage, flow: Flow): void {
    this.#core.onStrayResponse(response, flow);
  }

  metrics(): MetricSample[] {
    const help = "Requests on their way through us, and INVITEs answered in the last 32 s";
    return [{ name: "tandem_sip_proxied_requests", type: "gauge", help, value: this.#requests.size }];
  }

  close(): void {
    for (const request of this.#requests.values()) request.close();
    this.#requests.clear();
    this.#answered.clear();
  }

  #start(job: Omit<ProxyJob, "onEnded" | "onUnreturnable">): void {
    const { tx } = job;
    const key = callKey(tx.request);
    const onDone = (): void => {
      if (tx.request.method === "INVITE") this.#answered.set(key, proxied);
      job.onDone();
    };
    const onEnded = (): void => {
      this.#requests.delete(tx.id);
      if (this.#answered.get(key) === proxied) this.#answered.delete(key);
    };
    const onUnreturnable: ProxyJob["onUnreturnable"] = (...args) => this.#core.endUnwanted(...args);
    const proxied = new ProxiedRequest({ ...job, onUnreturnable, onDone, onEnded }, this.#context, this.#routes);
    if (tx.request.method === "INVITE") tx.outlivesAck = true;
    this.#requests.set(tx.id, proxied);
    proxied.start();
  }

  /** RFC 3261 16.12: a request inside a dialog follows its route set. */
  #forwardOnward(tx: ServerTransaction, { left, flow }: TakenRoutes): void {
    const { request } = tx;
    const next = parseNameAddr(left[0] ?? "");
    const nextUri = next.ok ? next.value.uri : request.uri;
    if (this.#requests.size >= MAX_REQUESTS) {
      tx.respond(503, bareResponse(request, 503, reasonPhrase(503), undefined, "Retry-After: 2\r\n"));
      return;
    }
    if (flow.kind === "none" && !nextHopOf(nextUri).ok) {
      tx.respond(404, bareResponse(request, 404, reasonPhrase(404), undefined));
      return;
    }
    if (request.method === "BYE") {
      const { text } = request;
      this.#context.applications.record({ type: "stop", source: "network", detail: "normal-release", text });
    }
    if (request.method === "INVITE") tx.respond(100, bareResponse(request, 100, "Trying", undefined));
    const nothing = (): void => undefined;
    const options = { ...ONWARD, destinations: [nextUri] };
    const onward = { extra: undefined, routes: left, way: flow, replacesUri: false };
    this.#start({ tx, options, ...onward, onFinal: nothing, onDone: nothing });
  }

  #reject(tx: ServerTransaction, status: number): void {
    tx.respond(status, bareResponse(tx.request, status, reasonPhrase(status), newTag(this.#context, "s")));
  }

  /** An ACK to a 2xx is a request of its own, without a transaction (RFC 3261 16.11, 17). */
  #forwardAck(request: SipMessage, { left, flow }: TakenRoutes): void {
    if (flow.kind === "gone" || hopsLeft(request) === 0) return;
    const sendTo = (target: Target | undefined): void => {
      const { transport, transactions } = this.#context;
      if (target === undefined || transport.isLocal(target.address, target.port, target.protocol)) return;
      const { local, protocol, branch } = requestContext(this.#context, target);
      const text = forwardedRequest(request, {
        uri: request.uri,
        via: `SIP/2.0/${protocol.toUpperCase()} ${local};rport;branch=${branch}`,
        routes: left,
        recordRoutes: [],
        path: undefined,
        extra: undefined,
      });
      transactions.send(text, target);
    };
    if (flow.kind === "live") {
      sendTo(flow.target);
      return;
    }
    const next = parseNameAddr(left[0] ?? "");
    const nextHop = nextHopOf(next.ok ? next.value.uri : request.uri);
    if (nextHop.ok) this.#resolver.resolve(nextHop.value, sendTo);
  }
}

function isInDialog(request: SipMessage): boolean {
  return tagOf(request.get("to") ?? "") !== undefined;
}

/** The same for an INVITE and the ACK to its 2xx. */
function callKey(request: SipMessage): string {
  return `${request.get("call-id") ?? ""}|${tagOf(request.get("from") ?? "") ?? ""}`;
}
