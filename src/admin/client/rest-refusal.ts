import { SwitchError } from "../../common/index.ts";

/** One thing that is wrong with what was sent: the object, and the place in it. */
export interface RestViolation {
  readonly kind: string;
  readonly id: string;
  /** Keys and indexes; empty: the whole object. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A request that the server refused, with the code of its problem document (RFC 9457). */
export class RestRefusal extends SwitchError {
  readonly status: number;
  readonly violations: readonly RestViolation[];

  constructor(code: string, message: string, status: number, violations: readonly RestViolation[] = []) {
    super(code, message, { status });
    this.status = status;
    this.violations = violations;
  }
}

/** Reads a problem document; anything else becomes `http-STATUS`. */
export function refusalOf(status: number, body: unknown): RestRefusal {
  const problem = typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const { code, detail, title, violations } = problem;
  const text = [detail, title].find((each) => typeof each === "string" && each !== "");
  return new RestRefusal(
    typeof code === "string" ? code : `http-${status}`,
    typeof text === "string" ? text : `the server answered with status ${status}`,
    status,
    Array.isArray(violations) ? violations.flatMap(violationOf) : [],
  );
}

function violationOf(given: unknown): RestViolation[] {
  if (typeof given !== "object" || given === null) return [];
  const { kind, id, path, message } = given as Readonly<Record<string, unknown>>;
  if (typeof message !== "string") return [];
  return [
    { kind: typeof kind === "string" ? kind : "", id: typeof id === "string" ? id : "", path: pathOf(path), message },
  ];
}

/** A path is told as text, its parts joined by dots. */
function pathOf(text: unknown): (string | number)[] {
  if (typeof text !== "string" || text === "") return [];
  return text.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
