import type { ApplicationCommand, CommandActor, CommandResult, CtiFailure } from "../../signals/index.ts";

/** What applications ask of CTI ports and route points alone. */
export type EndpointCommand = Extract<
  ApplicationCommand,
  { type: "accept" | "answer" | "reject" | "set-media" | "route-select" | "route-end" }
>;

/** What came of it. */
export type EndpointResult =
  Extract<CommandResult, { ok: true }> | { readonly ok: false; readonly failure: CtiFailure; readonly detail: string };

/** CTI ports and route points, which calls are offered to before anything rings. */
export interface OfferedEndpoints {
  /** Undefined: it is neither. */
  kindOf(device: string): "cti-port" | "route-point" | undefined;
  /** Resolves when the effect is there, or says why it is not. */
  command(command: EndpointCommand, actor: CommandActor): Promise<EndpointResult>;
}
