import type { z } from "zod";
import type { ApplicationCommand, CallCommand } from "../../signals/index.ts";
import { CtiError } from "../cti-error.ts";
import type { CtiSession, Operation } from "../session/session-port.ts";
import { runCommand } from "./command-runner.ts";
import { checkDialed, checkNumber } from "./numbers.ts";
import type { OperationContext } from "./operation-context.ts";
import { parameters } from "./parameters.ts";

/** A number in parameters, and where it stands, such as `params.to`. */
export type PlacedNumber = readonly [path: string, number: string | undefined];

/** A method that is one command of call control on behalf of a device. */
export interface CommandOperation<Schema extends z.ZodType<{ readonly device: string }>> {
  readonly method: string;
  readonly schema: Schema;
  /** @throws {CtiError} for what the schema cannot say */
  readonly command: (params: z.output<Schema>) => CallCommand | ApplicationCommand;
  /** What calls are sent to: it has to be allowed. */
  readonly dials?: (params: z.output<Schema>) => readonly PlacedNumber[];
  /** How the caller is shown instead: it needs `modify-calling-number`. */
  readonly shows?: (params: z.output<Schema>) => readonly PlacedNumber[];
}

/** A family of methods. */
export type CommandOperations = readonly {
  readonly method: string;
  readonly create: (context: OperationContext) => Operation;
}[];

/** Declares a method: who may call it, what it takes, and what it has call control do. */
export function commandOperation<Schema extends z.ZodType<{ readonly device: string }>>(
  definition: CommandOperation<Schema>,
): CommandOperations[number] {
  const { method, schema, command, dials, shows } = definition;
  return {
    method,
    create: (context) => async (session, given, meta) => {
      checkMethod(session, method);
      const params = parameters(schema, given);
      context.access.controlled(session, params.device);
      for (const [path, dialed] of dials?.(params) ?? []) if (dialed !== undefined) checkDialed(session, dialed, path);
      for (const [path, shown] of shows?.(params) ?? []) if (shown !== undefined) checkShown(session, shown, path);
      return runCommand(context, session, command(params), meta);
    },
  };
}

/** @throws {CtiError} `access-feature` */
export function checkMethod(session: CtiSession, method: string): void {
  if (session.user.mayCall(method)) return;
  throw new CtiError("access-feature", `the token does not allow ${method}`);
}

function checkShown(session: CtiSession, shown: string, path: string): void {
  checkNumber(shown, path);
  if (session.user.permissions.includes("modify-calling-number")) return;
  throw new CtiError("access-feature", `${session.user.name} may not change how callers are shown`, { path });
}

/** The fields that are there. */
export function present<Fields extends object>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { readonly [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}
