import { ROLES, type Kind, type Role } from "../../../database/index.ts";
import { RestError } from "../problem/rest-error.ts";

/** Who makes a request. */
export interface Principal {
  /** Author of its changes: a user's name, `cli` or `http-token`. */
  readonly name: string;
  readonly role: Role;
  /** False for the tokens of the node, which belong to no user of the model. */
  readonly isUser: boolean;
  readonly mustChangePassword: boolean;
  /** The session that the request belongs to. */
  readonly sessionKey?: string;
}

/** Kinds that operators change: devices, numbers and the dial plan. */
const OPERATED: ReadonlySet<Kind> = new Set<Kind>([
  "phone",
  "cti-port",
  "route-point",
  "trunk",
  "directory-number",
  "partition",
  "calling-search-space",
  "time-schedule",
  "route-group",
  "route-list",
  "route-pattern",
  "translation-pattern",
  "line-group",
  "hunt-pilot",
  "park-range",
  "pickup-group",
]);

/** True when a role is enough where another is asked for. */
export function isAtLeast(role: Role, asked: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(asked);
}

/** The least role that changes objects of a kind. */
export function roleToChange(kind: Kind): Role {
  return OPERATED.has(kind) ? "operator" : "administrator";
}

/** @throws {RestError} `forbidden` */
export function requireRole({ name, role }: Principal, asked: Role): void {
  if (isAtLeast(role, asked)) return;
  throw new RestError("forbidden", `${name} has the role ${role}; ${asked} is needed`);
}
