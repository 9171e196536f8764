import type { Command } from "commander";
import { SwitchError } from "../../common/index.ts";
import type { CallNow } from "../../signals/index.ts";
import { callsNowText } from "../view/call-now-text.ts";
import { EXIT } from "./exit-codes.ts";
import { openNode, withDataDir, type CliContext, type NodeOptions, type Settle } from "./node-options.ts";

/** What a command of a call is about, beside its device. */
interface CallOptions extends NodeOptions {
  readonly call?: string;
  readonly with?: string;
}

/** What call control says when it is done. */
interface CommandDone {
  readonly isUnchanged?: boolean;
  readonly callId?: string;
}

/** As long as a phone may ring. */
const TIMEOUT_MS = 300_000;
const BY = "a device such as desk-1001, or a number such as 1001";

/** `tandem call`: makes calls, changes them and shows them as applications see them. */
export function addCallCommands(program: Command, context: CliContext, settle: Settle): void {
  const call = program.command("call").description(`make, change and show calls; a phone is ${BY}`);
  const add = (words: string, description: string): Command =>
    withDataDir(call.command(words).description(description)).option("--json", "print JSON", false);
  const ask = (params: object, options: CallOptions): Promise<void> =>
    settle(command({ ...params, ...(options.call === undefined ? {} : { callId: options.call }) }, options, context));
  const ofCall = (one: Command): Command =>
    one.option("--call <id>", "the call, where the phone has several (default: the one it talks in)");

  add("make <from> <to>", "ring a phone, and when it has answered the number").action(
    (device: string, to: string, options: CallOptions) => ask({ type: "make-call", device, to }, options),
  );
  ofCall(add("hold <phone>", "put the call of a phone on hold: the other party hears music")).action(
    (device: string, options: CallOptions) => ask({ type: "hold", device }, options),
  );
  ofCall(add("retrieve <phone>", "take it back")).action((device: string, options: CallOptions) =>
    ask({ type: "retrieve", device }, options),
  );
  add("swap <phone>", "hold the call that a phone talks in, and take back the other one").action(
    (device: string, options: CallOptions) => ask({ type: "swap", device }, options),
  );
  ofCall(
    add(
      "transfer <phone> [to]",
      "connect the other party with a number; without one, with the party of its other call",
    ),
  )
    .option("--with <id>", "the other call, where there are several")
    .action((device: string, to: string | undefined, options: CallOptions) =>
      ask(
        to === undefined
          ? {
              type: "complete-transfer",
              device,
              ...(options.with === undefined ? {} : { consultCallId: options.with }),
            }
          : { type: "transfer", device, to },
        options,
      ),
    );
  addMoving(add, ask, ofCall);
  addParties(add, ask, ofCall);
  ofCall(add("drop <phone>", "end the call of a phone")).action((device: string, options: CallOptions) =>
    ask({ type: "drop", device }, options),
  );
  add("show [call]", "show each party, device and dialog of a call, of the calls of a phone, or of all").action(
    (wanted: string | undefined, options: NodeOptions) => settle(showCalls(wanted, options, context)),
  );
}

type Add = (words: string, description: string) => Command;
type Ask = (params: object, options: CallOptions) => Promise<void>;
type OfCall = (command: Command) => Command;

/** Those that put a call elsewhere. */
function addMoving(add: Add, ask: Ask, ofCall: OfCall): void {
  ofCall(add("redirect <phone> <to>", "send a call that rings at a phone, or is up, to a number"))
    .option("--drop", "release the call when nobody can be reached there, instead of leaving it as it is", false)
    .option("--shown-as <number>", "how the caller is shown there")
    .action((device: string, to: string, options: CallOptions & { drop: boolean; shownAs?: string }) =>
      ask(
        {
          type: "redirect",
          device,
          to,
          ...(options.drop ? { failureMode: "drop" } : {}),
          ...(options.shownAs === undefined ? {} : { callingNumber: options.shownAs }),
        },
        options,
      ),
    );
  ofCall(add("park <phone>", "let the other party wait on a park number, with music"))
    .option("--slot <number>", "the park number (default: the first one that is free)")
    .action((device: string, options: CallOptions & { slot?: string }) =>
      ask({ type: "park", device, ...(options.slot === undefined ? {} : { slot: options.slot }) }, options),
    );
  add("unpark <phone> <slot>", "ring a phone, and give it the call that is parked there").action(
    (device: string, slot: string, options: CallOptions) => ask({ type: "unpark", device, slot }, options),
  );
  add("pickup <phone>", "ring a phone, and give it the call that rings longest in its pickup group")
    .option("--number <number>", "the call that rings at this number instead")
    .option("--group <name>", "the call that rings in this group instead")
    .action((device: string, options: CallOptions & { number?: string; group?: string }) =>
      ask(
        {
          type: "pickup",
          device,
          ...(options.number === undefined ? {} : { number: options.number }),
          ...(options.group === undefined ? {} : { group: options.group }),
        },
        options,
      ),
    );
}

/** Those about more than two parties. */
function addParties(add: Add, ask: Ask, ofCall: OfCall): void {
  add("conference <phone> [calls...]", "join calls of a phone, or all of them, in a conference").action(
    (device: string, callIds: readonly string[], options: CallOptions) =>
      ask({ type: "conference", device, ...(callIds.length === 0 ? {} : { callIds }) }, options),
  );
  ofCall(add("add-party <phone>", "let another call of a phone join the conference that it is in")).action(
    (device: string, options: CallOptions) => ask({ type: "add-party", device }, options),
  );
  ofCall(add("drop-party <phone> <party>", "release a device from the conference of a phone")).action(
    (device: string, party: string, options: CallOptions) => ask({ type: "drop-party", device, party }, options),
  );
  add("barge <phone> <call>", "let a phone enter a call of a line that it shares").action(
    (device: string, callId: string, options: CallOptions) => ask({ type: "barge", device, callId }, options),
  );
}

async function command(params: object, options: NodeOptions, context: CliContext): Promise<number> {
  const { caller } = await openNode(options, context);
  const { output, launcher } = context;
  const interrupted = launcher.interruption();
  const stopped = new Promise<undefined>((resolve) => {
    interrupted.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const asked = caller.call("callmanager", "call-command", params, TIMEOUT_MS) as Promise<CommandDone>;
  asked.catch(() => undefined);
  const done = await Promise.race([asked, stopped]);
  if (done === undefined) {
    output.err("not waited for any longer; what was asked for goes on: see `tandem call show`");
    return EXIT.interrupted;
  }
  if (options.json === true) output.out(JSON.stringify(done, null, 2));
  else if (done.isUnchanged === true) output.out("it is so already");
  else output.out(done.callId === undefined ? "done" : `done: call ${done.callId}`);
  return EXIT.ok;
}

async function showCalls(wanted: string | undefined, options: NodeOptions, context: CliContext): Promise<number> {
  const { caller } = await openNode(options, context);
  const { output } = context;
  const all = (await caller.call("callmanager", "calls-now")) as readonly CallNow[];
  const calls = wanted === undefined ? all : all.filter((call) => isWanted(call, wanted));
  if (wanted !== undefined && calls.length === 0) {
    throw new SwitchError("unknown-call", `no call goes on that has the name ${wanted}, or a phone or number of it`);
  }
  if (options.json === true) output.out(JSON.stringify(calls, null, 2));
  else if (calls.length === 0) output.err("no calls");
  else output.out(callsNowText(calls));
  return EXIT.ok;
}

function isWanted({ callId, connections }: CallNow, wanted: string): boolean {
  return (
    callId === wanted ||
    connections.some(
      ({ number, line, devices }) =>
        number === wanted || line === wanted || devices.some(({ device }) => device === wanted),
    )
  );
}
