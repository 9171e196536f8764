import type { Timer } from "../../common/index.ts";
import { parseNameAddr, reasonPhrase, removeTopVia, tagOf, type SipMessage } from "../message/index.ts";
import {
  bareResponse,
  Failover,
  keepRegistered,
  newTag,
  requestContext,
  type CoreContext,
  type NamedFlow,
} from "../dialog/index.ts";
import { nextHopOf, type MoreTargets } from "../resolution/index.ts";
import { isRefusedHere, type ClientTransaction } from "../transaction/index.ts";
import type { Flow, Target } from "../transport/index.ts";
import { newBranch, type Branch } from "./branch.ts";
import { forwardedRequest, hopsLeft } from "./forwarded-request.ts";
import { leftoverInvite } from "./leftover-invite.ts";
import type { ProxyJob } from "./proxy-job.ts";
import type { RecordRoutes } from "./record-route.ts";
import {
  newResponseContext,
  stepProxy,
  type ProxyEffect,
  type ProxyEvent,
  type ProxyTimer,
  type ResponseContext,
} from "./response-context.ts";
import { contactsOf, withChallenges } from "./target-responses.ts";

/** RFC 3261 16.6 step 11: more than three minutes. */
const TIMER_C_MS = 185_000;
/** While a repeated or forked 2xx, and so an ACK, may come. */
const LINGER_MS = 32_000;

/** One request on its way through us: performs what the search says (`stepProxy`). */
export class ProxiedRequest {
  readonly job: ProxyJob;
  readonly #context: CoreContext;
  readonly #failover: Failover;
  readonly #routes: RecordRoutes;
  readonly #branches: Branch[] = [];
  #search: ResponseContext;
  #current: SipMessage | undefined;
  #isDone = false;
  #linger: Timer | undefined;
  #cancelReason: string | undefined;

  constructor(job: ProxyJob, context: CoreContext, routes: RecordRoutes) {
    this.job = job;
    this.#context = context;
    this.#failover = new Failover(context.resolver, context.clock);
    this.#routes = routes;
    const { isSimultaneous, followsRedirects, destinations } = job.options;
    const isInvite = job.tx.request.method === "INVITE";
    this.#search = newResponseContext(destinations, { isInvite, isSimultaneous, followsRedirects });
  }

  start(): void {
    if (hopsLeft(this.job.tx.request) === 0) {
      this.#tell(0, this.#ownResponse(483), undefined);
      this.#answer(483, this.#ownResponse(483));
      return;
    }
    this.#step({ type: "start" });
  }

  /** The caller has cancelled. `reason` is the Reason of its CANCEL (RFC 3326). */
  cancel(reason: string | undefined): void {
    this.#cancelReason = reason;
    this.#step({ type: "cancel" });
  }

  /** Forgets everything without a word. */
  close(): void {
    this.#linger?.cancel();
    for (const branch of this.#branches) {
      this.#endTrial(branch);
      for (const timer of branch.timers.values()) timer.cancel();
    }
  }

  #step(event: ProxyEvent): void {
    const { context, effects } = stepProxy(this.#search, event);
    this.#search = context;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: ProxyEffect): void {
    switch (effect.type) {
      case "send":
        this.#send(effect.branch, effect.uri);
        break;
      case "cancel":
        this.#cancelBranch(effect.branch);
        break;
      case "start-timer":
        this.#startTimer(effect.branch, effect.timer);
        break;
      case "stop-timer":
        this.#stopTimer(effect.branch, effect.timer);
        break;
      case "forward":
        if (this.#current !== undefined) this.#forward(this.#current);
        break;
      case "forward-best":
        this.#forwardBest(effect.branch, effect.status);
        break;
    }
  }

  #branch(index: number): Branch {
    return (this.#branches[index] ??= newBranch());
  }

  #send(index: number, uri: string): void {
    const branch = this.#branch(index);
    const { routes, replacesUri, way } = this.job;
    if (way.kind !== "none") {
      setImmediate(() => this.#sendOver(way, index));
      return;
    }
    const nextHop = nextHopOf(replacesUri ? (firstRouteUri(routes) ?? uri) : uri);
    if (!nextHop.ok) {
      setImmediate(() => this.#onFailed(index, 503));
      return;
    }
    const sendTo = (target: Target | undefined, more: MoreTargets): void => {
      const found = target === undefined ? [] : [target, ...more.others];
      const { transport } = this.#context;
      const isOther = ({ address, port, protocol }: Target): boolean => !transport.isLocal(address, port, protocol);
      const [first, ...others] = found.filter(isOther);
      if (branch.isCancelled) this.#onFailed(index, 487);
      else if (first === undefined) this.#onFailed(index, target === undefined ? 503 : 482);
      else {
        branch.trial = this.#failover.begin(first, { ...more, others });
        this.#attempt(index, branch, first);
      }
    };
    // Never before the search has taken its step.
    setImmediate(() => this.#context.resolver.resolve(nextHop.value, sendTo));
  }

  #sendOver(way: NamedFlow, index: number): void {
    const branch = this.#branch(index);
    if (branch.isCancelled) this.#onFailed(index, 487);
    else if (way.kind === "live") this.#attempt(index, branch, way.target);
    else this.#onFailed(index, 430);
  }

  #attempt(index: number, branch: Branch, target: Target): void {
    const text = this.#sendTo(index, branch, target);
    if (this.#isCall) this.#context.applications.record({ type: "attempt", source: "application", text });
  }

  #sendTo(index: number, branch: Branch, target: Target): string {
    const { tx, options, extra, routes } = this.job;
    const { request, flow } = tx;
    const { local, protocol, branch: id } = requestContext(this.#context, target);
    const own = { protocol: target.protocol, ...this.#context.transport.localFor(target) };
    const isRegister = request.method === "REGISTER";
    const records = options.remainsInDialog && !isRegister;
    const text = forwardedRequest(request, {
      uri: this.#uriOf(index),
      via: `SIP/2.0/${protocol.toUpperCase()} ${local};rport;branch=${id}`,
      routes,
      recordRoutes: records ? this.#routes.record(request, flow, own, target) : [],
      path: options.remainsInDialog && isRegister ? this.#routes.path(request, flow, own) : undefined,
      extra,
    });
    branch.target = target;
    this.#forgetBranch(branch);
    this.#journal(branch, id, text, target);
    const transaction = this.#context.transactions.request(text, target, {
      onResponse: (response, from) => {
        if (branch.transaction === transaction) this.#onResponseOf(index, branch, response, from);
        else if (response.status >= 200 && response.status < 300) this.#onLateSuccess(index, branch, response, from);
      },
      onTimeout: () => this.#onUnserved(index, branch, transaction, 408),
      onTransportFailure: (error) => {
        if (branch.transaction === transaction && isRefusedHere(error)) this.#endTrial(branch);
        this.#onUnserved(index, branch, transaction, target.isFlowOnly === true ? 430 : 503);
      },
    });
    branch.transaction = transaction;
    if (branch.trial !== undefined && this.#isCall) {
      this.#failover.awaitSign(branch.trial, () => {
        if (this.#goElsewhere(index, branch)) this.#context.transactions.cancel(transaction);
      });
    }
    return text;
  }

  #uriOf(index: number): string {
    const { tx, replacesUri } = this.job;
    return (replacesUri ? this.#search.branches[index]?.uri : undefined) ?? tx.request.uri;
  }

  #endTrial(branch: Branch): void {
    if (branch.trial !== undefined) this.#failover.end(branch.trial);
    branch.trial = undefined;
  }

  /** RFC 3263 4.3. True: the request, with another branch, is on its way to another place of the same target. */
  #goElsewhere(index: number, branch: Branch, response?: SipMessage): boolean {
    if (branch.trial === undefined || branch.isCancelled) return false;
    const target = this.#failover.next(branch.trial, response);
    if (target !== undefined) this.#sendTo(index, branch, target);
    return target !== undefined;
  }

  #onResponseOf(index: number, branch: Branch, response: SipMessage, from: Flow): void {
    const { status } = response;
    if (branch.trial !== undefined) this.#failover.noteResponse(branch.trial, status);
    if (status !== 503 || !this.#goElsewhere(index, branch, response)) this.#onResponse(index, response, from);
  }

  /** Of a place that was given up, as of any other fork, a 2xx counts; the place that was next is needed no more. */
  #onLateSuccess(index: number, branch: Branch, response: SipMessage, from: Flow): void {
    if (!branch.isCancelled) this.#cancelBranch(index);
    this.#onResponse(index, response, from);
  }

  #onUnserved(index: number, branch: Branch, transaction: ClientTransaction, status: number): void {
    if (branch.transaction !== transaction || this.#goElsewhere(index, branch)) return;
    this.#onFailed(index, status);
  }

  /** An edge that is started again ends what its predecessor left ringing: what the caller began, in its name. */
  #journal(branch: Branch, id: string, text: string, target: Target): void {
    const sent = leftoverInvite(this.job.tx.request, text, target);
    if (sent === undefined) return;
    branch.journalId = id;
    this.#context.invites.put(id, { kind: "sent", atMs: this.#context.clock.wallMs(), sent });
  }

  #forgetBranch(branch: Branch): void {
    if (branch.journalId !== undefined) this.#context.invites.remove(branch.journalId);
    branch.journalId = undefined;
  }

  #onResponse(index: number, response: SipMessage, flow: Flow): void {
    const branch = this.#branch(index);
    const { status } = response;
    if (status >= 200 && removeTopVia(response) === undefined) {
      this.#onUnreturnable(index, branch, response, flow);
      return;
    }
    if (status >= 200) {
      branch.final ??= response;
      this.#forgetBranch(branch);
      this.#recordBranch(branch, status, response.text);
      this.#tell(index, response.text, flow);
    }
    this.#current = response;
    this.#step({ type: "response", branch: index, status, contacts: status < 400 ? contactsOf(response) : [] });
    this.#current = undefined;
  }

  /** RFC 3261 16.7 step 3: a response without another Via than ours is not for the caller. A call that it begins ends. */
  #onUnreturnable(index: number, { target }: Branch, response: SipMessage, flow: Flow): void {
    const { request } = this.job.tx;
    const sent = target && leftoverInvite(request, request.text, target);
    if (response.status < 300 && sent !== undefined) {
      const routes = this.#routes.beyond(request, response).reverse();
      this.job.onUnreturnable({ ...sent, uri: this.#uriOf(index) }, response, flow, routes);
    }
    this.#onFailed(index, 502);
  }

  #onFailed(index: number, status: number): void {
    const branch = this.#branch(index);
    this.#forgetBranch(branch);
    this.#recordBranch(branch, status, this.#ownResponse(status));
    if (status !== 487) this.#tell(index, this.#ownResponse(status), undefined);
    this.#step({ type: "failed", branch: index, status });
  }

  #cancelBranch(index: number): void {
    const branch = this.#branch(index);
    branch.isCancelled = true;
    const reason = this.#cancelReason;
    const fields: [string, string][] = reason === undefined ? [] : [["Reason", reason]];
    if (branch.transaction?.method === "INVITE") this.#context.transactions.cancel(branch.transaction, fields);
  }

  #startTimer(index: number, timer: ProxyTimer): void {
    const { provisionalMs, finalMs } = this.job.options;
    const delayMs = timer === "c" ? TIMER_C_MS : timer === "final" ? finalMs : provisionalMs;
    this.#stopTimer(index, timer);
    if (delayMs === undefined) return;
    const fire = (): void => {
      this.#branch(index).timers.delete(timer);
      if (timer !== "c") this.#tell(index, this.#ownResponse(408), undefined);
      this.#step({ type: "timer", branch: index, timer });
    };
    this.#branch(index).timers.set(timer, this.#context.clock.after(delayMs, fire));
  }

  #stopTimer(index: number, timer: ProxyTimer): void {
    const { timers } = this.#branch(index);
    timers.get(timer)?.cancel();
    timers.delete(timer);
  }

  /** RFC 3261 16.7 step 9: what comes goes on as it is, without our Via. */
  #forward(response: SipMessage): void {
    const text = removeTopVia(response);
    if (text === undefined) return;
    const { tx } = this.job;
    const { status } = response;
    if (status < 200) tx.respond(status, text);
    else this.#answer(status, text);
    if (tx.request.method !== "REGISTER" || status < 200 || status > 299) return;
    keepRegistered(this.#context.transport, tx.request, tx.flow, response);
  }

  #forwardBest(index: number | undefined, status: number): void {
    const best = index === undefined ? undefined : this.#branch(index).final;
    // RFC 3261 16.7 step 6: a 503 says that we cannot serve anything, so it goes on as 500.
    if (status === 503) this.#answer(500, this.#ownResponse(500));
    else if (best === undefined) this.#answer(status, this.#ownResponse(status));
    else
      this.#answer(status, withChallenges(removeTopVia(best), best, this.#otherFinals(best)) ?? this.#ownResponse(500));
  }

  #otherFinals(best: SipMessage): SipMessage[] {
    return this.#branches.flatMap(({ final }) => (final === undefined || final === best ? [] : [final]));
  }

  #answer(status: number, text: string): void {
    const { tx, onDone } = this.job;
    // RFC 4320 4.2: a 408 to a non-INVITE request can only come too late.
    if (status !== 408 || tx.request.method === "INVITE") tx.respond(status, text);
    if (this.#isDone) return;
    this.#isDone = true;
    this.#recordAnswer(status, text);
    onDone();
    if (tx.request.method !== "INVITE") this.job.onEnded();
    else this.#linger = this.#context.clock.after(LINGER_MS, () => this.job.onEnded());
  }

  /** Tells what came of a branch, once. */
  #tell(index: number, text: string, flow: Flow | undefined): void {
    const branch = this.#branch(index);
    if (this.#isDone || branch.isTold) return;
    branch.isTold = true;
    const { target } = branch;
    this.job.onFinal({
      text,
      protocol: flow?.protocol ?? target?.protocol ?? this.job.tx.flow.protocol,
      address: flow?.remoteAddress ?? "",
      port: flow?.remotePort ?? 0,
    });
  }

  /** True when it is about a call that begins, and so about call records. */
  get #isCall(): boolean {
    const { request } = this.job.tx;
    return request.method === "INVITE" && tagOf(request.get("to") ?? "") === undefined;
  }

  #recordBranch(branch: Branch, status: number, text: string): void {
    if (!this.#isCall || branch.isRecorded || branch.transaction === undefined) return;
    branch.isRecorded = true;
    const { applications } = this.#context;
    if (status < 300) applications.record({ type: "start", source: "network", detail: "proxy-uac", text });
    else applications.record({ type: "stop", source: "network", detail: refusalOf(status), text });
  }

  #recordAnswer(status: number, text: string): void {
    if (!this.#isCall) return;
    const { applications } = this.#context;
    if (status < 300) applications.record({ type: "start", source: "application", detail: "proxy-uas", text });
    else applications.record({ type: "stop", source: "application", detail: refusalOf(status), text });
  }

  #ownResponse(status: number): string {
    const { request } = this.job.tx;
    return bareResponse(request, status, reasonPhrase(status), newTag(this.#context, "s"));
  }
}

function refusalOf(status: number): "call-canceled" | "call-rejected" {
  return status === 487 ? "call-canceled" : "call-rejected";
}

function firstRouteUri(routes: readonly string[]): string | undefined {
  const first = parseNameAddr(routes[0] ?? "");
  return first.ok ? first.value.uri : undefined;
}
