import assert from "node:assert/strict";
import type { Cleanup } from "./cleanup.ts";
import { SipPhone } from "./sip-phone.ts";
import type { TandemNode } from "./tandem-node.ts";

/** One of the phones that a `TandemNode` has by default, registered; `cleanup` closes it. */
export async function demoPhone(node: TandemNode, cleanup: Cleanup, number: string): Promise<SipPhone> {
  const server = { address: "127.0.0.1", port: node.sipPort };
  const account = { number, user: number, password: `demo-${number}`, server };
  const phone = cleanup.add(await SipPhone.start(account), (one) => one.close());
  assert.equal((await phone.register()).status, 200);
  return phone;
}
