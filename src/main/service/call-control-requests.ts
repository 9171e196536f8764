import type {
  CallQuality,
  CallView,
  CtiAttach,
  CtiAttached,
  CtiCommandReply,
  CtiCommandRequest,
  CtiDeviceReply,
  CtiDeviceRequest,
  CtiSnapshot,
  CtiSnapshotPart,
} from "../../signals/index.ts";

type Lists = { readonly [Kind in "devices" | "lines" | "calls" | "routes"]: CtiSnapshot[Kind][number][] };

/** For one part: call control may have much to do. */
const SNAPSHOT_MS = 30_000;

/** What is asked of call control over its control channel, whatever carries that. */
export abstract class CallControlRequests {
  readonly #manager: string;

  /** @param manager name of the CTIManager */
  constructor(manager: string) {
    this.#manager = manager;
  }

  /** Sends a request and resolves to its result. @param timeoutMs absent: as long as is usual */
  protected abstract ask(method: string, params: object, timeoutMs?: number): Promise<unknown>;

  async attach(request: CtiAttach): Promise<CtiAttached> {
    return (await this.ask("cti-attach", request)) as CtiAttached;
  }

  async ack(position: number): Promise<void> {
    await this.ask("cti-ack", { manager: this.#manager, position });
  }

  async snapshot(): Promise<CtiSnapshot> {
    const whole = { devices: [], lines: [], calls: [], routes: [] } as Lists;
    for (let from: { readonly from?: number } = {}; ;) {
      const { next, epoch, position, ...part } = (await this.ask(
        "cti-snapshot",
        { manager: this.#manager, ...from },
        SNAPSHOT_MS,
      )) as CtiSnapshotPart;
      whole.devices.push(...part.devices);
      whole.lines.push(...part.lines);
      whole.calls.push(...part.calls);
      whole.routes.push(...part.routes);
      if (next === undefined) return { epoch, position, ...whole };
      from = { from: next };
    }
  }

  async endedCall(callId: string): Promise<CallView | undefined> {
    const { call } = (await this.ask("cti-ended-call", { callId })) as { readonly call?: CallView };
    return call;
  }

  async mediaQuality(callId: string, timeoutMs: number): Promise<CallQuality | undefined> {
    const answer = (await this.ask("cti-media-quality", { callId }, timeoutMs)) as { readonly quality?: CallQuality };
    return answer.quality;
  }

  async command(request: CtiCommandRequest, timeoutMs: number): Promise<CtiCommandReply> {
    return (await this.ask("cti-command", request, timeoutMs)) as CtiCommandReply;
  }

  async device(request: CtiDeviceRequest): Promise<CtiDeviceReply> {
    return (await this.ask("cti-device", request)) as CtiDeviceReply;
  }
}
