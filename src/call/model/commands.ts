import type { CallCommand, CommandFailure } from "../../signals/index.ts";
import { bargeByCommand } from "./features/barge.ts";
import { commandConference } from "./features/conference.ts";
import { transferMember, transferMemberConsulted } from "./features/conference-transfer.ts";
import { commandPrivacy } from "./features/privacy.ts";
import { holdByCommand, isHeldLeg, legMeant } from "./features/hold.ts";
import { park, unpark } from "./features/park.ts";
import { commandPickup } from "./features/pickup.ts";
import { redirect } from "./features/redirect.ts";
import { hangUp } from "./features/machines.ts";
import { makeCall } from "./features/make-call.ts";
import { endRoute, selectRoute } from "./features/route.ts";
import { refuse, transferConsulted, transferTo } from "./features/transfer.ts";
import { isInvolved } from "./features/involved.ts";
import { consult } from "./features/consult.ts";
import type { ModelCommand, ModelEvent } from "./model-event.ts";
import { legsOf, type Draft, type ModelLeg } from "./world.ts";

/** What applications, people and feature codes ask for. */
export function commanded(draft: Draft, { commandId, command }: Extract<ModelEvent, { type: "command" }>): void {
  if (isOfStrangers(draft, command)) {
    return refuse(
      draft,
      { commandId },
      "device-not-in-call",
      `${command.device} is a trunk: none of its calls is named`,
    );
  }
  switch (command.type) {
    case "make-call":
      return makeCall(draft, commandId, command);
    case "consult":
      return consult(draft, commandId, command);
    case "redirect":
      return redirect(draft, command, commandId);
    case "unpark":
      return unpark(draft, command, commandId);
    case "pickup":
      return commandPickup(draft, command, commandId);
    case "conference":
    case "add-party":
    case "drop-party":
      return commandConference(draft, commandId, command);
    case "barge":
      return bargeByCommand(draft, commandId, command, false);
    case "route-select":
      return selectRoute(draft, command, commandId);
    case "route-end":
      return endRoute(draft, command, commandId);
    case "privacy":
      return commandPrivacy(draft, commandId, command);
    case "hold":
    case "retrieve":
    case "swap":
    case "transfer":
    case "complete-transfer":
    case "drop":
    case "park":
      return commandLeg(draft, commandId, command);
  }
}

/** A trunk's calls have nothing to do with each other: what is asked of it is asked of one that is named. */
function isOfStrangers({ world }: Draft, command: ModelCommand): boolean {
  if (!legsOf(world, command.device).some(({ kind }) => kind === "trunk")) return false;
  switch (command.type) {
    case "hold":
    case "retrieve":
    case "transfer":
    case "drop":
    case "park":
    case "redirect":
    case "consult":
      return command.callId === undefined;
    case "swap":
    case "complete-transfer":
    case "conference":
    case "add-party":
    case "drop-party":
      return true;
    case "make-call":
    case "unpark":
    case "pickup":
    case "barge":
    case "privacy":
    case "route-select":
    case "route-end":
      return false;
  }
}

type LegCommand = Extract<
  CallCommand,
  { type: "hold" | "retrieve" | "swap" | "transfer" | "complete-transfer" | "drop" | "park" }
>;

/** What is asked of a device that is in the call. */
function commandLeg(draft: Draft, commandId: string, command: LegCommand): void {
  const leg = legMeant(draft, command);
  if (leg === undefined && command.type === "retrieve" && command.callId !== undefined) {
    return bargeByCommand(draft, commandId, { device: command.device, callId: command.callId }, true);
  }
  if (leg === undefined)
    return refuse(draft, { commandId }, "device-not-in-call", `${command.device} has no such call`);
  switch (command.type) {
    case "hold":
    case "retrieve":
      return hold(draft, commandId, leg, command.type === "hold", command.type === "hold" ? command.music : undefined);
    case "swap":
      return swap(draft, commandId, command.device);
    case "transfer": {
      const { to, headers } = command;
      const told = headers === undefined ? {} : { headers };
      if (transferMember(draft, leg, to, { commandId }, told)) return;
      return transferTo(draft, leg, to, { commandId }, told);
    }
    case "complete-transfer":
      return completeTransfer(draft, commandId, command);
    case "park": {
      const { slot } = command;
      return park(draft, leg, slot === undefined ? {} : { slot }, { commandId });
    }
    case "drop":
      return drop(draft, commandId, leg);
  }
}

function drop(draft: Draft, commandId: string, leg: ModelLeg): void {
  hangUp(draft, leg, { cause: 16, feature: "normal", by: "application" });
  done(draft, commandId, leg.callId);
}

function hold(draft: Draft, commandId: string, leg: ModelLeg, isHeld: boolean, music?: string): void {
  if (!leg.isUp) return fail(draft, commandId, "wrong-state", "the call is not established");
  if (!isHeld && isInvolved(draft.world, leg.legId)) {
    return fail(draft, commandId, "pending", "a transfer of this call is under way");
  }
  if (leg.isHeldByCommand === isHeld && (music === undefined || music === leg.holdMusic)) {
    if (!isHeld && leg.isHolding) return fail(draft, commandId, "wrong-state", "the phone itself holds the call");
    return void draft.effects.push({ type: "result", commandId, result: { ok: true, isUnchanged: true } });
  }
  holdByCommand(draft, leg, isHeld, music);
  done(draft, commandId, leg.callId);
}

function swap(draft: Draft, commandId: string, device: string): void {
  const legs = legsOf(draft.world, device).filter(({ isUp }) => isUp);
  const talking = legs.find((leg) => !isHeldLeg(leg));
  const waiting = legs.find(({ isHeldByCommand, isHolding }) => isHeldByCommand && !isHolding);
  if (talking === undefined || waiting === undefined) {
    return fail(draft, commandId, "wrong-state", "it takes a call that is talked in and one that the switch holds");
  }
  if (isInvolved(draft.world, waiting.legId)) {
    return fail(draft, commandId, "pending", "a transfer of this call is under way");
  }
  holdByCommand(draft, talking, true);
  holdByCommand(draft, waiting, false);
  done(draft, commandId, waiting.callId);
}

function completeTransfer(
  draft: Draft,
  commandId: string,
  command: Extract<CallCommand, { type: "complete-transfer" }>,
): void {
  const legs = legsOf(draft.world, command.device);
  const first = command.callId === undefined ? legs[0] : legs.find(({ callId }) => callId === command.callId);
  const second =
    command.consultCallId === undefined
      ? legs.findLast((leg) => leg !== first)
      : legs.find(({ callId }) => callId === command.consultCallId);
  if (first === undefined || second === undefined || first === second) {
    return fail(draft, commandId, "no-consultation", `${command.device} has no two calls`);
  }
  if (transferMemberConsulted(draft, first, second, { commandId })) return;
  transferConsulted(draft, first, second, { commandId });
}

function done(draft: Draft, commandId: string, callId: string): void {
  draft.effects.push({ type: "result", commandId, result: { ok: true, callId } });
}

function fail(draft: Draft, commandId: string, failure: CommandFailure, detail: string): void {
  refuse(draft, { commandId }, failure, detail);
}
