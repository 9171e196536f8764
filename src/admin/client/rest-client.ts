import { errorCodeOf, errorMessageOf, SwitchError } from "../../common/index.ts";
import { RestRefusal, refusalOf } from "./rest-refusal.ts";

/** Where a node's REST interface is, and as whom it is used. */
export interface RestAccess {
  /** Without a path, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Value of the Authorization header; absent: nobody. */
  readonly authorization?: string;
}

/** What may go with a request. */
export interface RestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Only if it is this revision still. */
  readonly ifRevision?: number;
  readonly timeoutMs?: number;
  /** Ends the request early; it then fails with `interrupted`. */
  readonly interrupted?: AbortSignal;
}

const BASE = "/api/v1";
const TIMEOUT_MS = 30_000;
/** Of one line of a stream. */
const MAX_LINE_LENGTH = 64 * 1024 * 1024;
/** A connection that was there has ended. */
const BROKEN_OFF = ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"];

/** Speaks with the REST interface of a node. */
export class RestClient {
  readonly #access: () => RestAccess;
  readonly #onLate: () => void;

  /**
   * @param access asked for each request: a node that has been started again lets in by another token
   * @param onLate a change is on file, and call control does not go by it yet
   */
  constructor(access: () => RestAccess, onLate: () => void) {
    this.#access = access;
    this.#onLate = onLate;
  }

  get url(): string {
    return this.#access().url;
  }

  /**
   * @param path below `/api/v1`, each part encoded
   * @returns the body; `undefined` when it is empty
   * @throws {RestRefusal} the code of the server
   * @throws {SwitchError} `rest-unreachable`, `interrupted`, `bad-answer`; `rest-broken-off` when the server went away, so that
   * it may or may not have been done
   */
  async request(method: string, path: string, options: RestOptions = {}): Promise<unknown> {
    const response = await this.#fetch(method, path, options, "application/json");
    return this.#body(response, options);
  }

  /**
   * The same for an answer of many lines (NDJSON): `onLine` gets those that tell of a phase, the last one is the result.
   * @throws as `request`; a last line that is a problem document is thrown as one
   */
  async stream(
    method: string,
    path: string,
    options: RestOptions,
    onLine: (line: Readonly<Record<string, unknown>>) => void,
  ): Promise<unknown> {
    const response = await this.#fetch(method, path, options, "application/x-ndjson");
    if (!(response.headers.get("content-type") ?? "").startsWith("application/x-ndjson")) {
      return this.#body(response, options);
    }
    let last: Readonly<Record<string, unknown>> | undefined;
    for await (const line of this.#lines(response, options)) {
      const told = parseLine(line);
      if ("phase" in told) onLine(told);
      else last = told;
    }
    if (last === undefined) throw new SwitchError("bad-answer", `${this.url} ended its answer without a result`);
    if (typeof last["code"] === "string" && typeof last["status"] === "number") {
      throw refusalOf(last["status"], last);
    }
    if (last["applied"] === false) this.#onLate();
    return last;
  }

  async #fetch(method: string, path: string, options: RestOptions, accept: string): Promise<Response> {
    const { body, ifRevision } = options;
    const { url: base, authorization } = this.#access();
    const url = new URL(`${BASE}${path}`, base);
    for (const [key, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const headers = {
      accept: `${accept}, application/problem+json`,
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(ifRevision === undefined ? {} : { "if-match": `"${ifRevision}"` }),
    };
    const init = { method, headers, redirect: "error", signal: signalOf(options) } as const;
    try {
      const response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
      if (response.headers.get("tandem-applied") === "false") this.#onLate();
      return response;
    } catch (error) {
      throw this.#failure(error, options);
    }
  }

  async #body(response: Response, options: RestOptions): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#failure(error, options);
    }
    const body = text === "" ? undefined : parsed(text);
    if (!response.ok) throw refusalOf(response.status, body);
    if (text !== "" && body === undefined) throw new SwitchError("bad-answer", `${this.url} answered with no JSON`);
    return body;
  }

  async *#lines(response: Response, options: RestOptions): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for await (const chunk of response.body ?? []) {
        const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        if (rest.length > MAX_LINE_LENGTH) throw new SwitchError("bad-answer", `${this.url} sends a line without end`);
        yield* lines.filter((line) => line.trim() !== "");
      }
    } catch (error) {
      throw this.#failure(error, options);
    }
    if (rest.trim() !== "") yield rest;
  }

  #failure(error: unknown, { interrupted }: RestOptions): Error {
    if (error instanceof SwitchError) return error;
    if (interrupted?.aborted === true) return new SwitchError("interrupted", "interrupted");
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (error instanceof Error && error.name === "TimeoutError") {
      return new SwitchError("rest-unreachable", `${this.url} does not answer in time`, {}, { cause: error });
    }
    if (BROKEN_OFF.includes(errorCodeOf(cause) ?? "")) {
      const message = `${this.url} went away before it answered; \`tandem change list\` shows what was done`;
      return new SwitchError("rest-broken-off", message, {}, { cause: error });
    }
    const message = `${this.url} cannot be reached: ${errorMessageOf(cause)}`;
    return new SwitchError("rest-unreachable", message, {}, { cause: error });
  }
}

/** True when the server says that the object is another revision than the one named. */
export function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof RestRefusal && (error.status === 412 || error.code === "changed-meanwhile");
}

function signalOf({ timeoutMs = TIMEOUT_MS, interrupted }: RestOptions): AbortSignal {
  const late = AbortSignal.timeout(timeoutMs);
  return interrupted === undefined ? late : AbortSignal.any([late, interrupted]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  const value = parsed(line);
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new SwitchError("bad-answer", "the server sent a line that is no JSON object");
}
