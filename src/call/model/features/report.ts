import type { CommandFailure } from "../call-command.ts";
import type { Draft } from "../world.ts";
import type { Asker } from "./transfer-state.ts";

const STATUS_OF: Readonly<Partial<Record<CommandFailure, number>>> = {
  "park-slot-taken": 486,
  "park-no-slot": 480,
  "wrong-state": 488,
};

/** Tells who asked that it is done. */
export function reportDone(
  { effects }: Draft,
  { referId, commandId }: Asker,
  done: { readonly callId: string; readonly slot?: string },
): void {
  if (referId !== undefined) effects.push({ type: "notify", referId, status: 200 });
  if (commandId !== undefined) effects.push({ type: "result", commandId, result: { ok: true, ...done } });
}

/** Tells who asked why it is not. */
export function reportFailure(
  { effects }: Draft,
  { referId, commandId }: Asker,
  failure: CommandFailure,
  detail: string,
): void {
  if (referId !== undefined) effects.push({ type: "notify", referId, status: STATUS_OF[failure] ?? 503 });
  if (commandId !== undefined) effects.push({ type: "result", commandId, result: { ok: false, failure, detail } });
}
