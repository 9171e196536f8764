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
  ofCall(add("drop <phone>", "end the call of a phone")).action((device: string, options: CallOptions) =>
    ask({ type: "drop", device }, options),
  );
  add("show [call]", "show each party, device and dialog of a call, of the calls of a phone, or of all").action(
    (wanted: string | undefined, options: NodeOptions) => settle(showCalls(wanted, options, context)),
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
