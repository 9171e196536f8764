import { join } from "node:path";
import type { Clock, Ids, Logger, MetricSample } from "../common/index.ts";
import { LoadWatch } from "./load-watch.ts";
import {
  DialogTable,
  FlowTokens,
  hostPort,
  InviteJournal,
  JournalDialogStore,
  UserAgentCore,
  type CoreContext,
  type EdgeDialogSummary,
} from "./dialog/index.ts";
import { SourceGuard, type Ban, type BanReason, type SourceGuardOptions } from "./guard/index.ts";
import { ProxyCore } from "./proxy/index.ts";
import { TargetResolver, type ResolutionOptions } from "./resolution/index.ts";
import { Trace, type TraceAnswer, type TraceQuery } from "./trace/index.ts";
import { EmergencyCalls, TransactionLayer, type TransactionUser } from "./transaction/index.ts";
import {
  type ListenAddress,
  type MessageEnds,
  type TlsSettings,
  TransportLayer,
  type WebSocketSettings,
} from "./transport/index.ts";
import { WireServer } from "./wire/index.ts";

/** An address that SIP is received on: a literal address of this host, `0.0.0.0` or `::`; port 0 for any free one. */
export type SipListener = ListenAddress;

/** Bounds of the edge. */
export interface SipEdgeLimits {
  /** Dialogs above which a new INVITE gets 503. */
  readonly maxDialogs: number;
  /** Octets of the last messages that are kept for traces; 0: none. */
  readonly traceBytes: number;
}

/** Options of a `SipEdge`. */
export interface SipEdgeOptions {
  readonly listeners: readonly SipListener[];
  /** Needed by `tls` and `wss` listeners. */
  readonly tls?: TlsSettings;
  readonly webSocket?: WebSocketSettings;
  /** Where applications connect (drachtio wire protocol), and what they must present. */
  readonly wire: { readonly host: string; readonly port: number; readonly secret: string };
  /** Folder in which dialogs and unanswered INVITEs are recorded. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly limits?: Partial<SipEdgeLimits>;
  /** Dialed numbers that are emergency calls, as `urn:service:sos` is: they go before other calls under overload. */
  readonly emergencyNumbers?: readonly string[];
  /** How names are resolved; absent: by the name servers of the system. */
  readonly dns?: ResolutionOptions;
  /** What sources may do; absent: as much as they like. */
  readonly guard?: Pick<SourceGuardOptions, "settings" | "isKnown" | "isKnownCertificate">;
}

const DEFAULT_LIMITS: SipEdgeLimits = { maxDialogs: 100_000, traceBytes: 0 };

/**
 * The SIP edge of a node: transports, transactions and dialogs, with call control connected to it by the drachtio
 * wire protocol.
 */
export class SipEdge {
  readonly #transport: TransportLayer;
  readonly #resolver: TargetResolver;
  readonly #transactions: TransactionLayer;
  readonly #core: UserAgentCore;
  readonly #proxy: ProxyCore;
  readonly #wire: WireServer;
  readonly #trace: Trace;
  readonly #guard: SourceGuard | undefined;
  readonly #load: LoadWatch;

  constructor(options: SipEdgeOptions) {
    const { clock, ids, logger } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const user: TransactionUser = {
      knowsDialog: (request, flow) => this.#proxy.knowsDialog(request, flow),
      onRequest: (tx) => this.#proxy.onRequest(tx),
      onCancel: (tx, invite) => this.#proxy.onCancel(tx, invite),
      onAck: (request, flow) => this.#proxy.onAck(request, flow),
      onStrayResponse: (response, flow) => this.#proxy.onStrayResponse(response, flow),
    };
    this.#trace = new Trace({
      keepBytes: limits.traceBytes,
      clock,
      visibleLocal: (ends) => this.#visibleLocal(ends),
    });
    this.#guard =
      options.guard === undefined
        ? undefined
        : new SourceGuard({
            ...options.guard,
            banFile: join(options.stateDir, "edge-bans.json"),
            clock,
            logger,
            onBanned: (address) => this.#transport.closeFrom(address),
          });
    const guard = this.#guard;
    this.#transport = new TransportLayer({
      listeners: options.listeners,
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      ...(options.webSocket === undefined ? {} : { webSocket: options.webSocket }),
      clock,
      logger,
      onMessage: (text, flow) => {
        // What is junk would push out what is worth to be looked at.
        if (guard?.isNoisy(flow.remoteAddress) !== true) this.#trace.received(text, flow);
        this.#transactions.onMessage(text, flow);
      },
      ...(guard === undefined
        ? {}
        : {
            accepts: (address: string) => guard.accepts(address),
            onFailedHandshake: (address: string) => guard.noteFailedHandshake(address),
          }),
      onSent: (text, ends) => this.#trace.sent(text, ends),
      onFlowEnded: (flowId) => this.#transactions.onFlowEnded(flowId),
      onBadInput: (reason, flow, text) => this.#transactions.onBadInput(reason, flow, text),
    });
    this.#resolver = new TargetResolver({ ...options.dns, transport: this.#transport, clock, logger });
    this.#load = new LoadWatch({ clock, logger, measureDelay: () => this.#transport.measureDelay() });
    const emergency = new EmergencyCalls(clock, options.emergencyNumbers ?? []);
    this.#transactions = new TransactionLayer({
      transport: this.#transport,
      clock,
      ids,
      logger,
      user,
      admit: () => this.#load.admit(),
      rightOfWay: (request, from) => emergency.takesRightOfWay(request, from),
      ...(guard === undefined ? {} : { sources: guard }),
    });
    this.#wire = new WireServer({ ...options.wire, clock, ids, logger, hostPorts: () => this.#hostPorts() });
    const context: CoreContext = {
      transactions: this.#transactions,
      transport: this.#transport,
      resolver: this.#resolver,
      dialogs: new DialogTable(
        new JournalDialogStore(join(options.stateDir, "edge-dialogs.journal"), clock, ids),
        limits.maxDialogs,
      ),
      invites: new InviteJournal(join(options.stateDir, "edge-invites.journal"), clock),
      flows: new FlowTokens(this.#transport, options.wire.secret),
      applications: this.#wire,
      hasRightOfWay: (request) => emergency.hasRightOfWay(request),
      onRegistered: (address) => guard?.trust(address),
      clock,
      ids,
      logger,
    };
    this.#core = new UserAgentCore(context);
    this.#proxy = new ProxyCore(context, this.#core, options.wire.secret);
  }

  /** Where SIP is received, with real ports; empty before `start`. */
  get addresses(): readonly SipListener[] {
    return this.#transport.localAddresses;
  }

  /** The port that applications connect to; 0 before `start`. */
  get wirePort(): number {
    return this.#wire.port;
  }

  /**
   * Takes up recorded dialogs, starts to listen, and ends what was ringing when the last edge died.
   * @throws {SwitchError} `address-in-use`, `listen-failed`, `bad-certificate`
   */
  async start(): Promise<void> {
    this.#core.start();
    this.#guard?.start();
    await this.#transport.start();
    this.#core.endLeftovers();
    await this.#wire.listen({ core: this.#core, proxy: this.#proxy });
  }

  /** Call control says how long what this edge handed to it waited, in milliseconds; forgotten after half a second. */
  reportDelay(delayMs: number): void {
    this.#load.reportDelay(delayMs);
  }

  listDialogs(): EdgeDialogSummary[] {
    return this.#core.listDialogs();
  }

  /** Ends a dialog by BYE; false when there is none of this id. `reason` is a Reason value (RFC 3326) or empty. */
  endDialog(dialogId: string, reason: string): boolean {
    return this.#core.endDialog(dialogId, reason);
  }

  /** Sources that are banned, longest first. */
  listBans(): Ban[] {
    return this.#guard?.list() ?? [];
  }

  /** Bans a source for what others have found out; false when it is one that is never banned. */
  ban(address: string, reason: BanReason): boolean {
    return this.#guard?.ban(address, reason) ?? false;
  }

  /** Ends a ban; false when there was none. */
  unban(address: string): boolean {
    return this.#guard?.unban(address) ?? false;
  }

  /** From these addresses phones have registered: they are not banned. */
  trust(addresses: readonly string[]): void {
    for (const address of addresses) this.#guard?.trust(address);
  }

  /** Looks up messages that passed lately; without blocking what passes. */
  readTrace(query: TraceQuery): Promise<TraceAnswer> {
    return this.#trace.read(query);
  }

  /** Whether messages are kept, and the sequence number of the last. */
  get trace(): { readonly isOn: boolean; readonly position: number } {
    return { isOn: this.#trace.isOn, position: this.#trace.position };
  }

  metrics(): MetricSample[] {
    return [
      ...this.#trace.metrics(),
      ...(this.#guard?.metrics() ?? []),
      ...this.#core.metrics(),
      ...this.#proxy.metrics(),
      ...this.#transactions.counters(),
      ...this.#transport.counters(),
      ...this.#resolver.metrics(),
      ...this.#wire.metrics(),
      ...this.#load.metrics(),
    ];
  }

  /** Stops; dialogs stay recorded. May be called twice. */
  async close(): Promise<void> {
    this.#load.close();
    await this.#wire.close();
    this.#proxy.close();
    this.#core.close();
    this.#resolver.close();
    this.#transactions.close();
    await this.#transport.close();
    await this.#guard?.close();
  }

  #visibleLocal({ protocol, localAddress, remoteAddress: address, remotePort: port }: MessageEnds): string {
    const isWildcard = localAddress === "0.0.0.0" || localAddress === "::";
    return isWildcard ? this.#transport.localFor({ protocol, address, port }).address : localAddress;
  }

  #hostPorts(): string {
    return this.addresses.map(({ protocol, address, port }) => `${protocol}/${hostPort(address, port)}`).join(",");
  }
}
