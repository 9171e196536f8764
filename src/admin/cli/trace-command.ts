import { appendFileSync, writeFileSync } from "node:fs";
import { errorCodeOf, errorMessageOf, SwitchError } from "../../common/index.ts";
import { ladderOf } from "../trace/ladder.ts";
import { ladderSvg } from "../trace/ladder-svg.ts";
import { ladderText } from "../trace/ladder-text.ts";
import { pcapHeader, PcapWriter } from "../trace/pcap-file.ts";
import { readCallSubject, readTrace, sipCallIdsOf } from "../trace/read-trace.ts";
import { indentedText, traceLine } from "../trace/trace-line.ts";
import type { CallSubject, TracedMessage, TraceFilter } from "../trace/traced-message.ts";
import { EXIT } from "./exit-codes.ts";
import type { FoundNode } from "./find-node.ts";
import type { CliOutput } from "./launcher.ts";

/** The words of `tandem trace`. */
export interface TraceOptions {
  readonly call?: string;
  readonly device?: string;
  readonly all: boolean;
  readonly ladder: boolean;
  readonly svg?: string;
  readonly pcap?: string;
  readonly full: boolean;
  readonly json: boolean;
}

/** What `tandem trace` works with. */
export interface TraceContext {
  readonly node: FoundNode;
  readonly output: CliOutput;
  /** Ends a live view. */
  readonly interrupted: AbortSignal;
}

const POLL_MS = 250;
const DEFAULT_COLUMNS = 100;

/** Who is looked at, asked for again each time: legs come and go. */
type Look = () => Promise<Looked>;

interface Looked {
  readonly filter: TraceFilter;
  /** A call that has ended has nothing more to come. */
  readonly isOver: boolean;
  legOf(message: TracedMessage): string | undefined;
}

/**
 * `tandem trace`: files and ladders of what is kept, else a live view until Ctrl-C or the end of the call.
 * @throws {SwitchError} `bad-usage`, `trace-off`; `unknown-call`, `unknown-device`
 */
export async function traceMessages(options: TraceOptions, context: TraceContext): Promise<number> {
  checkUsage(options);
  const { caller } = context.node;
  const { isOn, position } = (await caller.call("edge", "trace-state")) as { isOn: boolean; position: number };
  if (!isOn) throw new SwitchError("trace-off", "nothing is kept: trace.keepMegabytes is 0 in the configuration");
  const look = lookFor(options, context);
  if (options.ladder || options.svg !== undefined || options.pcap !== undefined) {
    return writeKept(options, context, look);
  }
  return follow(options, context, look, options.call === undefined ? position : 0);
}

function checkUsage({ call, device, all, ladder, svg }: TraceOptions): void {
  const chosen = [call !== undefined, device !== undefined, all].filter(Boolean).length;
  if (chosen !== 1) throw new SwitchError("bad-usage", "name what to trace by one of --call, --device and --all");
  if (call === undefined && (ladder || svg !== undefined)) {
    throw new SwitchError("bad-usage", "a ladder is of one call: name it with --call");
  }
}

function lookFor({ call, device }: TraceOptions, { node: { caller } }: TraceContext): Look {
  if (call !== undefined) return async () => lookAtCall(await readCallSubject(caller, call));
  if (device === undefined) return async () => ({ filter: {}, isOver: false, legOf: () => undefined });
  return async () => {
    const filter = (await caller.call("callmanager", "trace-device", { device })) as TraceFilter;
    const { sipCallIds = [], remotes = [], registering = [] } = filter;
    return { filter: { sipCallIds, remotes, registering }, isOver: false, legOf: () => undefined };
  };
}

function lookAtCall(subject: CallSubject): Looked {
  return {
    filter: { sipCallIds: sipCallIdsOf(subject) },
    isOver: subject.state === "disconnected",
    legOf: ({ sipCallId }) => (subject.caller.sipCallIds.includes(sipCallId) ? "caller" : "callee"),
  };
}

/** Ladder, picture, file: of what is kept now. */
async function writeKept(options: TraceOptions, context: TraceContext, look: Look): Promise<number> {
  const { node, output } = context;
  const { messages, missed } = await readTrace(node.caller, (await look()).filter, 0);
  if (missed > 0 && messages.length === 0) output.err("nothing of it is kept any more");
  const { call, svg, pcap, ladder, json } = options;
  if (pcap !== undefined) {
    const writer = new PcapWriter();
    writeOwn(pcap, pcapHeader());
    for (const message of messages) appendFileSync(pcap, writer.packets(message));
    output.err(`${messages.length} messages written to ${pcap}`);
  }
  if (call !== undefined && (ladder || svg !== undefined)) {
    const drawn = ladderOf(await readCallSubject(node.caller, call), messages);
    if (svg !== undefined) {
      writeOwn(svg, ladderSvg(drawn));
      output.err(`ladder written to ${svg}`);
    }
    if (ladder)
      output.out(json ? JSON.stringify(drawn, null, 2) : ladderText(drawn, output.columns ?? DEFAULT_COLUMNS));
  }
  return EXIT.ok;
}

/** What people said is in it: for the owner's eyes. */
function writeOwn(path: string, content: string | Buffer): void {
  try {
    writeFileSync(path, content, { mode: 0o600 });
  } catch (error) {
    throw new SwitchError("not-written", `${path} cannot be written: ${errorMessageOf(error)}`, { path });
  }
}

async function follow(options: TraceOptions, context: TraceContext, look: Look, startAfter: number): Promise<number> {
  const { interrupted, output } = context;
  const view = new LiveView(options, context, startAfter);
  if (options.call === undefined) output.err("(Ctrl-C ends it)");
  let isFirst = true;
  let isLost = false;
  while (!interrupted.aborted) {
    try {
      const looked = await look();
      await view.show(looked);
      if (isLost) output.err("(the node answers again)");
      [isFirst, isLost] = [false, false];
      if (looked.isOver) break;
    } catch (error) {
      const isAway = ["not-connected", "timed-out"].includes(errorCodeOf(error) ?? "");
      if (isFirst || !isAway) throw error;
      if (!isLost) output.err("(the node does not answer; waiting)");
      isLost = true;
    }
    await pause(interrupted);
  }
  return EXIT.ok;
}

/** Prints what is new each time it is asked to. */
class LiveView {
  readonly #options: TraceOptions;
  readonly #context: TraceContext;
  readonly #knownIds = new Set<string>();
  #after: number;

  constructor(options: TraceOptions, context: TraceContext, after: number) {
    this.#options = options;
    this.#context = context;
    this.#after = after;
  }

  async show(looked: Looked): Promise<void> {
    const { caller } = this.#context.node;
    const before = this.#options.call === undefined ? [] : await this.#ofNewLegs(looked);
    const { messages, next, missed } = await readTrace(caller, looked.filter, this.#after);
    if (missed > 0 && this.#after > 0) this.#context.output.err(`(${missed} messages passed too fast to be seen)`);
    // An edge that was started again counts from the beginning.
    this.#after = next < this.#after ? 0 : next;
    const fresh = before.concat(messages.filter(({ sequence }) => !before.some((one) => one.sequence === sequence)));
    fresh.sort((one, other) => one.sequence - other.sequence);
    for (const message of fresh) this.#print(message, looked.legOf(message));
  }

  /** A leg shows some time after its first message has passed: what was looked at before is looked at again for it. */
  async #ofNewLegs({ filter }: Looked): Promise<TracedMessage[]> {
    const sipCallIds = (filter.sipCallIds ?? []).filter((id) => !this.#knownIds.has(id));
    for (const id of sipCallIds) this.#knownIds.add(id);
    if (sipCallIds.length === 0 || this.#after === 0) return [];
    return [...(await readTrace(this.#context.node.caller, { sipCallIds }, 0)).messages];
  }

  #print(message: TracedMessage, leg: string | undefined): void {
    const { output } = this.#context;
    const { json, full } = this.#options;
    if (json) {
      output.out(JSON.stringify({ ...message, ...(leg === undefined ? {} : { leg }) }));
      return;
    }
    output.out(traceLine(message, leg));
    if (full) output.out(`${indentedText(message)}\n`);
  }
}

function pause(interrupted: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      interrupted.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, POLL_MS);
    interrupted.addEventListener("abort", done);
    if (interrupted.aborted) done();
  });
}
