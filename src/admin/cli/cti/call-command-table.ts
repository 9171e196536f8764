import { Option } from "commander";
import type { CommandName, MethodParams } from "../../../sdk/index.ts";
import { badUsage } from "./open-cti.ts";

/** What a command of the command line asks for. `device` is a name or a number until it is looked up. */
export interface CtiRequest<Method extends CommandName = CommandName> {
  readonly method: Method;
  readonly params: MethodParams[Method] & { readonly device: string };
}

/** Words behind a command, by the names that its line gives them. */
export type CommandWords = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One command of `tandem cti`. */
export interface CallCommand {
  /** As commander takes it, such as `redirect <device> <to>`. */
  readonly line: string;
  readonly description: string;
  /** The call can be named by `--call`. */
  readonly ofCall?: true;
  readonly options?: readonly Option[];
  readonly request: (args: CommandWords, options: CommandWords) => CtiRequest;
}

type CallMethod = Extract<CommandName, `call.${string}` | "device.setAutoAnswer">;

/** A command whose parameters are checked by the server. */
function ask(method: CallMethod, params: object): CtiRequest {
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  return { method, params: given as unknown as CtiRequest["params"] };
}

/** A command of a device in a call, without more. */
function simple(name: string, method: CallMethod, description: string): CallCommand {
  return {
    line: `${name} <device>`,
    description,
    ofCall: true,
    request: ({ device }, { call }) => ask(method, { device, callId: call }),
  };
}

const searchSpace = new Option("--search-space <whose>", "whose calling search space applies").choices([
  "default",
  "calling",
  "redirecting",
]);

/** Each makes the list longer. */
const header = new Option(
  "--header <field>",
  'a SIP header field of the INVITE, such as "X-Customer: 4711"; may be given several times',
).argParser((field: string, before: readonly string[] = []): readonly string[] => [...before, field]);

export const CALL_COMMANDS: readonly CallCommand[] = [
  {
    line: "call <device> <to>",
    description: "ring a device, and when it has answered the number",
    options: [new Option("--id <call>", "a name for the call that no other has had"), header],
    request: ({ device, to }, { id, header }) =>
      ask("call.connect", { device, to, callId: id, headers: headersOf("call", header) }),
  },
  simple("answer", "call.answer", "have a device answer the call that rings there"),
  simple("accept", "call.accept", "have an offered call ring: the caller hears it"),
  {
    ...simple("reject", "call.reject", "refuse an offered call"),
    options: [new Option("--reason <reason>", "what the caller is told").choices(["busy", "rejected"])],
    request: ({ device }, { call, reason }) => ask("call.reject", { device, callId: call, reason }),
  },
  {
    line: "redirect <device> <to>",
    description: "send a call elsewhere that is offered, rings or is up at a device",
    ofCall: true,
    options: [
      new Option("--failure <mode>", "what becomes of the call when that fails: it stays, or ends").choices([
        "normal",
        "drop",
      ]),
      searchSpace,
      new Option("--original-called <who>", "who counts as called first: unchanged, reset, or a number"),
      new Option("--calling-number <number>", "how the caller is shown there"),
      header,
    ],
    request: ({ device, to }, options) => {
      const { call, failure, originalCalled: original, callingNumber, header } = options;
      const kept = original === undefined || original === "unchanged" || original === "reset";
      const originalCalled = kept ? original : { number: original };
      const space = options["searchSpace"];
      const headers = headersOf("redirect", header);
      const more = { failureMode: failure, searchSpace: space, originalCalled, callingNumber, headers };
      return ask("call.redirect", { device, to, callId: call, ...more });
    },
  },
  simple("hold", "call.hold", "put the call of a device on hold: the other party hears music"),
  simple("retrieve", "call.retrieve", "take it back"),
  simple("swap", "call.swap", "hold the call that a device talks in, and take back the other one"),
  {
    line: "transfer <device> [to]",
    description: "connect the other party with a number; without one, with the party of the device's other call",
    ofCall: true,
    options: [new Option("--with <call>", "the other call, where there are several"), header],
    request: ({ device, to }, { call, with: consultCallId, header }) => {
      const headers = headersOf("transfer", header);
      if (to === undefined && headers !== undefined) throw badUsage("transfer: --header needs a number to call");
      return to === undefined
        ? ask("call.completeTransfer", { device, callId: call, consultCallId })
        : ask("call.transfer", { device, to, callId: call, headers });
    },
  },
  {
    line: "consult <device> <to>",
    description: "hold the call, and make another one to transfer it to or to confer with",
    ofCall: true,
    options: [header],
    request: ({ device, to }, { call, header }) =>
      ask("call.consult", { device, to, callId: call, headers: headersOf("consult", header) }),
  },
  {
    line: "conference <device> [calls...]",
    description: "make one of all calls of a device, or of those that are named",
    request: ({ device, calls }) =>
      ask("call.conference", { device, callIds: calls === undefined || calls.length === 0 ? undefined : calls }),
  },
  simple("add-party", "call.addParty", "have another call of a device join the conference that it is in"),
  {
    line: "drop-party <device>",
    description: "release a party of a device's conference",
    ofCall: true,
    options: [
      new Option("--connection <id>", "a connection, such as CALL/2"),
      new Option("--party <device>", "all connections of a device"),
    ],
    request: ({ device }, { call, connection, party }) => {
      if ((connection === undefined) === (party === undefined))
        throw badUsage("drop-party: name whom by one of --connection and --party");
      return ask("call.dropParty", { device, callId: call, connectionId: connection, party });
    },
  },
  {
    line: "park <device> [slot]",
    description: "have the other party wait on a slot, any free one where none is named",
    ofCall: true,
    request: ({ device, slot }, { call }) => ask("call.park", { device, slot, callId: call }),
  },
  {
    line: "unpark <device> <slot>",
    description: "ring a device: it has the parked call when it answers",
    request: ({ device, slot }) => ask("call.unpark", { device, slot }),
  },
  {
    line: "pickup <device>",
    description: "ring a device: it has a call that rings elsewhere when it answers",
    options: [
      new Option("--line <line>", "as this line of the device"),
      new Option("--group <group>", "of this pickup group, instead of the device's own"),
      new Option("--number <number>", "that rings at this number"),
    ],
    request: ({ device }, { line, group, number }) => ask("call.pickup", { device, line, group, number }),
  },
  {
    line: "barge <device> <call>",
    description: "have a device enter a call of a line that it shares",
    request: ({ device, call }) => ask("call.barge", { device, callId: call }),
  },
  {
    line: "privacy <device> [state]",
    description: "say whether others of its lines may enter the calls of a device: on, off, or the opposite of now",
    request: ({ device, state }) => {
      if (state !== undefined && state !== "on" && state !== "off") throw badUsage("privacy: say on or off");
      return ask("call.privacy", { device, isOn: state === undefined ? undefined : state === "on" });
    },
  },
  {
    line: "auto-answer <device> <state>",
    description: "say whether a phone is asked to answer by itself: on or off",
    request: ({ device, state }) => {
      if (state !== "on" && state !== "off") throw badUsage("auto-answer: say on or off");
      return ask("device.setAutoAnswer", { device, on: state === "on" });
    },
  },
  simple("drop", "call.drop", "take a device out of its call; of two parties the other one is released, too"),
  {
    line: "digits <device> <digits>",
    description: "send digits to the other party; a comma is a pause",
    ofCall: true,
    request: ({ device, digits }, { call }) => ask("call.sendDigits", { device, digits, callId: call }),
  },
  {
    line: "data <device> <values...>",
    description: "set names and values of a call: name=value, or name= to remove one",
    ofCall: true,
    request: ({ device, values }, { call }) => ask("call.setUserData", { device, callId: call, data: dataOf(values) }),
  },
];

/** Undefined: none is given. */
function headersOf(
  command: string,
  fields: string | readonly string[] | undefined,
): { readonly name: string; readonly value: string }[] | undefined {
  if (fields === undefined) return undefined;
  return (typeof fields === "string" ? [fields] : fields).map((field) => {
    const [, name, value] = /^([^:\s]+)\s*:\s*(.*\S)\s*$/s.exec(field) ?? [];
    if (name === undefined || value === undefined) throw badUsage(`${command}: ${field} is not "X-Name: value"`);
    return { name, value };
  });
}

function dataOf(values: string | readonly string[] | undefined): Record<string, string | null> {
  const data: Record<string, string | null> = {};
  for (const word of typeof values === "string" ? [values] : (values ?? [])) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) throw badUsage(`data: ${word} is not name=value`);
    data[name] = value === "" ? null : value;
  }
  return data;
}
