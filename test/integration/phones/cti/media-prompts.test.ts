import { Cleanup } from "../../../support/cleanup.ts";
import { CtiStage, refused } from "../../../support/cti-stage.ts";
import { establish, type TalkingPhone } from "../../../support/talking-phone.ts";

const PORT = { kind: "cti-port", name: "port", number: "6000" } as const;

describe("what ports of a node play whose media ends in the switch", () => {
  const cleanup = new Cleanup();
  let stage: CtiStage;
  let caller: TalkingPhone;

  before(async () => {
    stage = await CtiStage.start(cleanup, [PORT]);
    caller = await stage.phone(cleanup, "1001");
  });
  after(() => cleanup.run());

  it("given an application, when it opens a port with a tone, then who calls hears that, and a prompt that there is not is refused", async () => {
    const cti = await stage.application(cleanup);
    await refused(cti.openMediaTerminal("port", { mode: "switch", prompt: "music:polka" }), "MEDIA_PROMPT_UNKNOWN");
    await using port = await cti.openMediaTerminal("port", { mode: "switch", prompt: "tone" });
    const offers = port.offers();
    const calling = await caller.dial("6000");
    const offer = await offers.next();
    await offer.value?.answer();
    await establish(calling);
    await calling.untilHears(440);
    await calling.hangUp();
  });
});
