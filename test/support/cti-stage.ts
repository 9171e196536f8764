import assert from "node:assert/strict";
import { CtiError, Provider, type ProviderOptions } from "../../src/sdk/index.ts";
import type { Operation } from "../../src/database/index.ts";
import { addCtiObjects, APPLICATION, type VirtualDevice } from "./cti-objects.ts";
import type { Cleanup } from "./cleanup.ts";
import { demoPhone } from "./demo-phone.ts";
import { NodeConfiguration } from "./node-configuration.ts";
import { answer, TalkingPhone, type Talk } from "./talking-phone.ts";
import { TandemNode, type TandemNodeOptions } from "./tandem-node.ts";

/** A whole node with CTI ports and route points, phones that talk, and applications in this process. */
export class CtiStage {
  readonly node: TandemNode;
  readonly #configuration: NodeConfiguration;

  private constructor(node: TandemNode) {
    this.node = node;
    this.#configuration = new NodeConfiguration(node);
  }

  /** @param cleanup stops it */
  static async start(
    cleanup: Cleanup,
    devices: readonly VirtualDevice[],
    options: TandemNodeOptions = {},
  ): Promise<CtiStage> {
    const node = cleanup.add(await TandemNode.start(options), (one) => one.stop());
    await addCtiObjects(node, devices);
    return cleanup.add(new CtiStage(node), (one) => one.#configuration.close());
  }

  /** Changes the configuration, and waits until the services have it. */
  async change(...operations: readonly Operation[]): Promise<void> {
    await this.#configuration.change(...operations);
    await this.node.ask("ctimanager", "configuration-changed");
  }

  /** One of the phones 1001 to 1010, registered; its device is `phone-<number>`. */
  async phone(cleanup: Cleanup, number: string): Promise<TalkingPhone> {
    const phone = TalkingPhone.of(await demoPhone(this.node, cleanup, number), TONES_HZ[Number(number) - 1_001] ?? 500);
    return cleanup.add(phone, (one) => one.close());
  }

  /** An application of the user who may control everything, or of another one. */
  async application(cleanup: Cleanup, options: Partial<ProviderOptions> = {}): Promise<Provider> {
    const credentials = options.token === undefined ? APPLICATION : {};
    const provider = await Provider.open({ servers: [this.node.cti], ...credentials, ...options });
    return cleanup.add(provider, (one) => one.close());
  }
}

const TONES_HZ = [500, 700, 900, 1_100, 1_300, 1_700];

/** Asserts that an application is refused, with nothing done. */
export async function refused(asked: Promise<unknown>, code: string): Promise<CtiError> {
  let refusal: CtiError | undefined;
  await assert.rejects(asked, (error) => {
    assert.ok(error instanceof CtiError, String(error));
    assert.deepEqual([error.code, error.outcome], [code, "not_applied"], error.message);
    refusal = error;
    return true;
  });
  return refusal ?? assert.fail();
}

/** The next call of a phone, which rings. */
export async function rings(phone: TalkingPhone): Promise<Talk> {
  const talk = await phone.offered(5_000);
  talk.progress(180);
  return talk;
}

/** The next call of a phone, which answers. */
export async function answers(phone: TalkingPhone): Promise<Talk> {
  const talk = await phone.offered(5_000);
  await answer(talk);
  return talk;
}
