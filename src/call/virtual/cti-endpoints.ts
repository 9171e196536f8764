import { withMore } from "../../common/index.ts";
import type { ApplicationCommand, CommandResult, CtiFailure } from "../../signals/index.ts";
import type { CtiDevices } from "./cti-devices.ts";
import type { CtiAnswer, OfferedCall } from "./offers.ts";

/** What applications ask of calls that a CTI port or route point is offered. */
export type EndpointCommand = Extract<ApplicationCommand, { type: "accept" | "answer" | "reject" | "set-media" }>;

/** What came of it. */
export type EndpointResult =
  Extract<CommandResult, { ok: true }> | { readonly ok: false; readonly failure: CtiFailure; readonly detail: string };

export interface CtiEndpointsOptions {
  readonly devices: CtiDevices;
  /** The call of a session; undefined: there is none. */
  readonly callOf: (sessionId: string) => string | undefined;
  /** Whether a device talks in a call, or in any. */
  readonly isTalking: (device: string, callId: string | undefined) => boolean;
}

/** What is asked of devices by the names of calls. */
export class CtiEndpoints {
  readonly #options: CtiEndpointsOptions;

  constructor(options: CtiEndpointsOptions) {
    this.#options = options;
  }

  /** Undefined: it is neither. */
  kindOf(device: string): "cti-port" | "route-point" | undefined {
    return this.#options.devices.kindOf(device);
  }

  /** The application has answered, and has not said yet where it wants the RTP: nothing else may be done before. */
  isMediaMissing(device: string, callId?: string): boolean {
    const { devices } = this.#options;
    const call = this.#find(device, callId);
    return call !== undefined && devices.stateOf(device, call.sessionId) === "answering";
  }

  /** Resolves when the effect is there, or says why it is not. */
  async command(command: EndpointCommand): Promise<EndpointResult> {
    const { callOf } = this.#options;
    const { device, callId } = command;
    const call = this.#find(device, callId);
    if (call === undefined) return this.#established(command);
    const done = await this.#perform(command, call);
    const named = callId ?? callOf(call.sessionId);
    return done.ok && named !== undefined ? withMore(done, { callId: named }) : done;
  }

  #perform(command: EndpointCommand, { sessionId }: OfferedCall): CtiAnswer | Promise<CtiAnswer> {
    const { devices } = this.#options;
    const { device } = command;
    switch (command.type) {
      case "accept":
        return devices.accept(device, sessionId);
      case "answer":
        return devices.answer(device, sessionId, command.media);
      case "reject":
        return devices.reject(device, sessionId, command.reason);
      case "set-media":
        return devices.setMedia(device, sessionId, command.media);
    }
  }

  /** A call is named like its first session, mostly. */
  #find(device: string, callId: string | undefined): OfferedCall | undefined {
    const { devices, callOf } = this.#options;
    const offered = callId === undefined ? undefined : devices.offered(device, callId);
    if (offered !== undefined && callOf(offered.sessionId) === callId) return offered;
    for (const call of devices.offeredTo(device)) {
      if (callId === undefined || callOf(call.sessionId) === callId) return call;
    }
    return undefined;
  }

  #established(command: EndpointCommand): EndpointResult {
    const { device, callId } = command;
    if (!this.#options.isTalking(device, callId)) {
      return { ok: false, failure: "wrong-state", detail: `no such call is offered to ${device}` };
    }
    if (command.type === "set-media") return this.#options.devices.setMediaOf(device, callId, command.media);
    return { ok: false, failure: "already-answered", detail: `${device} has answered the call` };
  }
}
