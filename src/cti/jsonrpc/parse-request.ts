import { withMore } from "../../common/index.ts";
/** A request, or, without an `id`, a notification. */
export interface RpcRequest {
  readonly id?: string;
  readonly method: string;
  /** With `meta`. */
  readonly params: Readonly<Record<string, unknown>>;
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: RpcRequest }
  /** `id`: of a request that is wrong otherwise. */
  | {
      readonly ok: false;
      readonly code: "protocol-not-json" | "protocol-malformed";
      readonly reason: string;
      readonly id?: string;
    };

const MAX_ID_LENGTH = 128;
const MAX_METHOD_LENGTH = 64;

/**
 * Reads one message of JSON-RPC 2.0. Batches are not taken.
 * @param maxDepth of objects and lists within each other, from 1
 */
export function parseRequest(text: string, maxDepth: number): ParsedRequest {
  if (isDeeper(text, maxDepth)) return malformed(`nested more than ${maxDepth} deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: "protocol-not-json", reason: "not JSON" };
  }
  if (Array.isArray(value)) return malformed("batches are not taken");
  if (typeof value !== "object" || value === null) return malformed("expected an object");
  const { jsonrpc, id, method, params = {}, ...rest } = value as Readonly<Record<string, unknown>>;
  if (id !== undefined && (typeof id !== "string" || id === "" || id.length > MAX_ID_LENGTH)) {
    return malformed(`id is no string of 1 to ${MAX_ID_LENGTH} characters`);
  }
  const named = id === undefined ? {} : { id };
  const refuse = (reason: string): ParsedRequest => withMore(malformed(reason), { ...named });
  if (jsonrpc !== "2.0") return refuse('jsonrpc is not "2.0"');
  if (typeof method !== "string" || method.length > MAX_METHOD_LENGTH) return refuse("method is no name");
  const [unknownKey] = Object.keys(rest);
  if (unknownKey !== undefined) return refuse(`unknown member ${unknownKey.slice(0, 64)}`);
  if (!isObject(params)) return refuse("params is no object");
  return { ok: true, request: { method, params, ...named } };
}

function malformed(reason: string): Extract<ParsedRequest, { ok: false }> {
  return { ok: false, code: "protocol-malformed", reason };
}

/** Before it is parsed: what is deep costs the parser much more than it cost its sender. */
function isDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  let isInText = false;
  for (let place = 0; place < text.length; place += 1) {
    const character = text.charCodeAt(place);
    if (isInText) {
      if (character === BACKSLASH) place += 1;
      else if (character === QUOTE) isInText = false;
    } else if (character === QUOTE) isInText = true;
    else if (character === BRACE_OPEN || character === BRACKET_OPEN) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (character === BRACE_CLOSE || character === BRACKET_CLOSE) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
