import type { z } from "zod";
import type { Role } from "../../../database/index.ts";
import type { Principal } from "../access/principal.ts";
import type { ProblemCode } from "../problem/problem-codes.ts";
import type { Query } from "../resource/list-query.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request that has been let in. */
export interface RestCall {
  readonly principal: Principal;
  /** Address that it came from. */
  readonly source: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** As JSON says it; undefined: there was none. */
  readonly body: unknown;
  /** A header by its name in small letters. */
  header(name: string): string | undefined;
}

/** An answer; `body` is sent as JSON, `lines` as one JSON value a line while they are made. */
export interface RestAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly lines?: AsyncIterable<unknown>;
}

/** A schema of this API: made from zod, or by the name of a component. */
export type SchemaSource = z.ZodType | { readonly component: string };

export interface RouteBody {
  readonly schema: SchemaSource;
  readonly limitBytes: number;
  /** Absent: application/json. */
  readonly types?: readonly string[];
}

/** One operation: what is served, and what the OpenAPI document says of it. */
export interface RestRoute {
  readonly operationId: string;
  readonly method: Method;
  /** Below `/api/v1`, parameters in braces. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** The least role; `anyone`: without a sign-in. */
  readonly access: Role | "anyone";
  /** Can be done while the password has to be changed. */
  readonly isOpenBeforePasswordChange?: true;
  /** Parameters of the query, by name, with what they mean; others are refused unless `filters`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Any field of the kind may be a parameter, too. */
  readonly filters?: true;
  /** Conditions that it looks at. */
  readonly conditions?: readonly ("if-match" | "if-none-match")[];
  readonly body?: RouteBody;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: SchemaSource }>>;
  /** Answers in lines on request. */
  readonly streams?: true;
  /** Codes beside those that any request may have. */
  readonly problems: readonly ProblemCode[];
  handle(call: RestCall): Promise<RestAnswer> | RestAnswer;
}
