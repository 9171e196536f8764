import type { Operation } from "../../src/database/index.ts";
import { hashPassword } from "../../src/main/secrets/password-hash.ts";
import { NodeConfiguration } from "./node-configuration.ts";
import type { TandemNode } from "./tandem-node.ts";

/** What applications sign in with. */
export const APPLICATION = { user: "application", password: "of an application" } as const;

/** A CTI port or route point with one line. */
export interface VirtualDevice {
  readonly kind: "cti-port" | "route-point";
  readonly name: string;
  readonly number: string;
  readonly maxCalls?: number;
  /** Of its line: digits, for calls from anywhere. */
  readonly noAnswer?: string;
  readonly onFailure?: string;
  /** More of the device, such as `onOwnerLost`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const MAX_CONNECTIONS = 1_000;

/**
 * Gives a node that runs CTI ports, route points and a user of applications who may control everything, and waits until
 * its services have them.
 */
export async function addCtiObjects(node: TandemNode, devices: readonly VirtualDevice[]): Promise<void> {
  const configuration = new NodeConfiguration(node);
  try {
    await configuration.change(...devices.flatMap(operationsOf), {
      type: "create",
      kind: "user",
      body: {
        name: APPLICATION.user,
        passwordHash: await hashPassword(APPLICATION.password),
        ctiEnabled: true,
        permissions: ["control-all-devices", "auto-answer"],
        maxConnections: MAX_CONNECTIONS,
      },
    });
    await node.ask("ctimanager", "configuration-changed");
  } finally {
    configuration.close();
  }
}

function operationsOf({ kind, name, number, maxCalls, noAnswer, onFailure, more }: VirtualDevice): Operation[] {
  const line = `${number}@internal`;
  const calls = maxCalls === undefined ? {} : { maxCalls };
  const forwarding = {
    ...(noAnswer === undefined ? {} : { noAnswer: { internal: noAnswer, external: noAnswer } }),
    ...(onFailure === undefined ? {} : { onFailure: { internal: onFailure, external: onFailure } }),
  };
  return [
    {
      type: "create",
      kind: "directory-number",
      body: { number, forwarding, ...(maxCalls === undefined ? {} : { ...calls, busyTrigger: maxCalls }) },
    },
    {
      type: "create",
      kind,
      body: { name, lines: [{ directoryNumber: line }], ...calls, ...more },
    },
  ];
}
