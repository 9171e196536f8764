import { errorCodeOf, errorMessageOf, withMore } from "../../common/index.ts";
import type { CtiCommandReply, CtiCommandRequest } from "../../signals/index.ts";
import { CtiError, type CtiErrorFacts } from "../cti-error.ts";
import { BAD_PARAMETERS, failureError } from "../errors/failure-error.ts";
import type { Session } from "../session/session.ts";
import type { Meta } from "../operation.ts";
import type { OperationContext } from "./operation-context.ts";

/** How long call control may take for a command: ringing is a part of some. */
const COMMAND_MS = 130_000;
/** How long a command that was on its way when call control went away is asked for again. */
const RECONNECT_MS = 10_000;
const LOOK_MS = 100;
/** How long the signals of what was done may take. */
const SHOWN_MS = 5_000;
const RETRY_AFTER_MS = 1_000;

type Command = CtiCommandRequest["command"];

const OF_NO_CALL: ReadonlySet<Command["type"]> = new Set<Command["type"]>([
  "make-call",
  "unpark",
  "pickup",
  "privacy",
  "route-select",
  "route-end",
  "set-forwarding",
  "set-do-not-disturb",
  "set-auto-answer",
  "set-message-waiting",
]);

/** What came of a command, as applications are told. `seq`: of the last event that shows its effects. */
export interface CommandDone {
  readonly seq: number;
  readonly unchanged?: true;
  readonly replayed?: true;
  readonly callId?: string;
  readonly slot?: string;
  /** Of a dry run: what would be reached. */
  readonly destination?: string;
  readonly [field: string]: unknown;
}

/**
 * Has call control do a command for a session, at most once for each key. When call control goes away meanwhile it is asked
 * again with the same key, which does nothing twice.
 * @throws {CtiError}
 */
export async function runCommand(
  context: OperationContext,
  session: Session,
  command: Command,
  meta: Meta,
): Promise<CommandDone> {
  checkConditions(command, meta);
  checkCallControl(context);
  const request = requestOf(context, session, command, meta);
  const reply = await ask(context, request);
  const isShown = meta.dryRun === true || (await context.feed.reached(reply.position, SHOWN_MS));
  if (!reply.ok) throw refusal(reply, command);
  const seq = session.settle();
  if (!isShown) throw notShown();
  return {
    seq,
    ...(reply.isUnchanged === true ? { unchanged: true } : {}),
    ...(reply.isReplayed === true ? { replayed: true } : {}),
    ...(reply.callId === undefined ? {} : { callId: reply.callId }),
    ...(reply.slot === undefined ? {} : { slot: reply.slot }),
    ...(reply.destination === undefined ? {} : { destination: reply.destination }),
  };
}

/**
 * They are about the call that a command is done with; whose version is meant has to be said.
 * @throws {CtiError} `validation-combination`
 */
function checkConditions(command: Command, { ifVersion, ifState }: Meta): void {
  const isNamed = "callId" in command && command.callId !== undefined;
  if (ifVersion !== undefined && !isNamed) throw aboutNothing("ifVersion");
  if (ifState !== undefined && OF_NO_CALL.has(command.type)) throw aboutNothing("ifState");
}

function aboutNothing(name: string): CtiError {
  return new CtiError("validation-combination", `no call is named that ${name} could be about`, {
    path: `/meta/${name}`,
  });
}

/** @throws {CtiError} `node-unavailable` */
export function checkCallControl({ feed, link }: Pick<OperationContext, "feed" | "link">): void {
  if (feed.state === "live" && link.isConnected) return;
  throw new CtiError("node-unavailable", "call control is away", { retryAfterMs: RETRY_AFTER_MS });
}

/** Resolves when signals up to the position have been told. @throws {CtiError} `node-failed-during` */
export async function checkShown({ feed }: Pick<OperationContext, "feed">, position: number): Promise<void> {
  if (!(await feed.reached(position, SHOWN_MS))) throw notShown();
}

function notShown(): CtiError {
  return new CtiError("node-failed-during", "it is done, and is not shown yet", { outcome: "applied" });
}

function requestOf(
  { clock, ids }: OperationContext,
  session: Session,
  command: Command,
  meta: Meta,
): CtiCommandRequest {
  const { ifVersion, ifState, deadlineMs, traceparent, dryRun } = meta;
  const conditions = withMore(ifVersion === undefined ? {} : { version: ifVersion }, {
    ...(ifState === undefined ? {} : { state: ifState }),
  });
  return {
    key: `${session.id}:${meta.key ?? ids.token(16)}`,
    keyMs: meta.keyMs ?? clock.wallMs(),
    actor: { user: session.user.name, session: session.id, client: session.client.name },
    command,
    waits: meta.waits ?? true,
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(dryRun === true ? { isDryRun: true } : {}),
  };
}

async function ask(context: OperationContext, request: CtiCommandRequest): Promise<CtiCommandReply> {
  const { link, clock } = context;
  const untilMs = clock.nowMs() + COMMAND_MS;
  for (;;) {
    try {
      return await link.command(request, Math.max(1, untilMs - clock.nowMs()));
    } catch (cause) {
      const code = errorCodeOf(cause);
      if (code !== "not-connected" || !(await isBack(context))) throw lost(code, cause);
    }
  }
}

/** Whether call control is there again, soon. */
async function isBack({ link, feed, clock }: OperationContext): Promise<boolean> {
  for (let leftMs = RECONNECT_MS; leftMs > 0; leftMs -= LOOK_MS) {
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    if (link.isConnected && feed.state === "live") return true;
  }
  return false;
}

function lost(code: string | undefined, cause: unknown): CtiError {
  if (code === BAD_PARAMETERS) return failureError(code, errorMessageOf(cause));
  const facts: CtiErrorFacts = { outcome: "unknown" };
  if (code === "timed-out") {
    return new CtiError("timeout-far-end", "call control has not said what came of it", facts, { cause });
  }
  if (code === "not-connected") {
    return new CtiError("node-failed-during", "call control went away, and what came of it is not known", facts, {
      cause,
    });
  }
  return new CtiError("internal-bug", `call control: ${errorMessageOf(cause)}`, facts, { cause });
}

function refusal(reply: Extract<CtiCommandReply, { ok: false }>, command: Command): CtiError {
  const { failure, detail, outcome, callId, state, version, expected, actor, sip, q850 } = reply;
  const facts: CtiErrorFacts = {
    outcome: outcome === "not-applied" ? "not_applied" : outcome,
    ...(state === undefined ? {} : { state }),
    ...(version === undefined ? {} : { version }),
    ...(expected === undefined ? {} : { expected }),
    ...(actor === undefined ? {} : { actor }),
    ...(sip === undefined ? {} : { sip }),
    ...(q850 === undefined ? {} : { q850 }),
    ...(callId === undefined ? {} : { entity: { kind: "call", id: callId } }),
  };
  return failureError(failure, detail, facts, command.type);
}
