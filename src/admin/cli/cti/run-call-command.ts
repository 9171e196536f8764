import type { CommandOptions, MethodResults, Provider, Terminal } from "../../../sdk/index.ts";
import { SwitchError } from "../../../common/index.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliContext } from "../node-options.ts";
import type { CtiRequest } from "./call-command-table.ts";
import { openCti, type CtiWords } from "./open-cti.ts";

/** How a command is done. */
export interface HowWords extends CtiWords {
  readonly timeout: number;
  readonly dryRun?: boolean;
  readonly ifState?: string;
  readonly traceparent?: string;
}

type Result = Partial<MethodResults["call.park"]>;

/** A command on a call: ends when it is done, or says why it is not. */
export async function runCallCommand(request: CtiRequest, words: HowWords, context: CliContext): Promise<number> {
  const provider = await openCti(words, context);
  try {
    const terminal = terminalOf(provider, request.params.device);
    // Phones can be controlled as they are; of the others somebody has to own the calls, or share them.
    if (terminal.kind !== "phone") await terminal.open();
    const params = { ...request.params, device: terminal.name };
    const result: Result = await provider.request(request.method, params, howOf(words));
    const { output } = context;
    if (words.json === true) output.out(JSON.stringify(result, null, 2));
    else output.out(resultText(result, words.dryRun === true));
    return EXIT.ok;
  } finally {
    await provider.close();
  }
}

/** By its name, or by a number that only one device has. @throws {SwitchError} `unknown-device` */
export function terminalOf(provider: Provider, name: string): Terminal {
  const named = provider.terminals.find((terminal) => terminal.name === name);
  if (named !== undefined) return named;
  const found = provider.addresses.filter(({ number, name: line }) => number === name || line === name);
  const [terminal, other] = found.flatMap(({ terminals }) => terminals).filter(({ view }) => view !== undefined);
  if (terminal !== undefined && other === undefined) return terminal;
  const why = other === undefined ? "there is no device" : "several devices have the number";
  throw new SwitchError("unknown-device", `${why} ${name} that ${provider.session.user} may see`);
}

function howOf({ timeout, dryRun, ifState, traceparent }: HowWords): CommandOptions {
  return {
    timeoutMs: timeout * 1_000,
    ...(dryRun === true ? { dryRun } : {}),
    ...(ifState === undefined ? {} : { ifState }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function resultText({ unchanged, replayed, callId, slot }: Result, isDryRun: boolean): string {
  const facts = [
    ...(callId === undefined ? [] : [`call ${callId}`]),
    ...(slot === undefined ? [] : [`on slot ${slot}`]),
    ...(unchanged === true ? ["it was so already"] : []),
    ...(replayed === true ? ["it had been done before"] : []),
  ];
  const text = isDryRun ? "it could be done" : "done";
  return facts.length === 0 ? text : `${text}: ${facts.join(", ")}`;
}
