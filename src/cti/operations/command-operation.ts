import type { CommandName, MethodParams } from "../../protocol/index.ts";
import type { ApplicationCommand, CallCommand } from "../../signals/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Operation } from "../operation.ts";
import type { Session } from "../session/session.ts";
import { runCommand } from "./command-runner.ts";
import { checkHeaders, type PlacedHeaders } from "./headers.ts";
import { checkDialed, checkNumber } from "./numbers.ts";
import type { OperationContext } from "./operation-context.ts";
import { parameters } from "./parameters.ts";

/** A number in parameters, and where it stands, such as `/to`. */
export type PlacedNumber = readonly [path: string, number: string | undefined];

/** Methods that name a device. */
type DeviceCommand = {
  [Name in CommandName]: MethodParams[Name] extends { readonly device: string } ? Name : never;
}[CommandName];

/** A method that is one command of call control on behalf of a device. */
export interface CommandOperation<Method extends DeviceCommand> {
  readonly method: Method;
  /** @throws {CtiError} for what the schema cannot say */
  readonly command: (params: MethodParams[Method], session: Session) => CallCommand | ApplicationCommand;
  /** The device calls by itself, which a route point cannot. */
  readonly isFrom?: true;
  /** What calls are sent to: it has to be allowed. */
  readonly dials?: (params: MethodParams[Method]) => readonly PlacedNumber[];
  /** How the caller is shown instead: it needs `modify-calling-number`. */
  readonly shows?: (params: MethodParams[Method]) => readonly PlacedNumber[];
  /** What those are told who are called. */
  readonly heads?: (params: MethodParams[Method]) => readonly PlacedHeaders[];
  /** Other numbers. */
  readonly names?: (params: MethodParams[Method]) => readonly PlacedNumber[];
}

/** A family of methods. */
export type CommandOperations = readonly {
  readonly method: string;
  readonly create: (context: OperationContext) => Operation;
}[];

/** Declares a method: what it has call control do, and what has to be allowed for it. */
export function commandOperation<Method extends DeviceCommand>(
  definition: CommandOperation<Method>,
): CommandOperations[number] {
  const { method, command, isFrom, dials, shows, names, heads } = definition;
  const handle = (context: OperationContext): Operation["handle"] => {
    return async (session, given, meta) => {
      const params = parameters(method, given);
      const { kind, name } = context.access.controlled(session, (params as { readonly device: string }).device);
      if (isFrom === true && kind === "route-point") throw routePointCalls(name);
      for (const [path, dialed] of dials?.(params) ?? []) if (dialed !== undefined) checkDialed(session, dialed, path);
      for (const [path, shown] of shows?.(params) ?? []) if (shown !== undefined) checkShown(session, shown, path);
      for (const [path, named] of names?.(params) ?? []) if (named !== undefined) checkNumber(named, path);
      for (const placed of heads?.(params) ?? []) checkHeaders(placed);
      return runCommand(context, session, command(params, session), meta);
    };
  };
  return { method, create: (context) => ({ isCommand: true, handle: handle(context) }) };
}

/** Who is to count as called first, where that is a number. */
export function originalCalled(chosen: MethodParams["call.redirect"]["originalCalled"], path: string): PlacedNumber {
  return [`${path}/originalCalled/number`, typeof chosen === "object" ? chosen.number : undefined];
}

function routePointCalls(name: string): CtiError {
  return new CtiError("device-type", `${name} is a route point, which makes no calls`, {
    entity: { kind: "device", id: name },
  });
}

function checkShown(session: Session, shown: string, path: string): void {
  checkNumber(shown, path);
  if (session.user.permissions.includes("modify-calling-number")) return;
  throw new CtiError("access-feature", `${session.user.name} may not change how callers are shown`, { path });
}
