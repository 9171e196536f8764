import assert from "node:assert/strict";
import type { Provider, RouteSession, RouteTerminal, TerminalConnection } from "../../../../src/sdk/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiStage, refused, rings } from "../../../support/cti-stage.ts";
import { heardWithin } from "../../../support/heard-event.ts";
import { answer, establish, type Talk, type TalkingPhone } from "../../../support/talking-phone.ts";

const DESK = { kind: "route-point", name: "desk", number: "5000", noAnswer: "1004" } as const;
const HASTY = { ...DESK, name: "hasty", number: "5010", more: { routeSelectSeconds: 1 } } as const;

describe("route dialogues of a node", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let stage: CtiStage;
  let caller: TalkingPhone;
  let busy: TalkingPhone;
  let agent: TalkingPhone;
  let unanswered: TalkingPhone;
  let cti: Provider;
  let desk: RouteTerminal;
  let moments: string[];

  before(async () => {
    stage = await CtiStage.start(cleanup, [DESK, HASTY]);
    [caller, busy, agent, unanswered] = [
      await stage.phone(cleanup, "1001"),
      await stage.phone(cleanup, "1002"),
      await stage.phone(cleanup, "1003"),
      await stage.phone(cleanup, "1004"),
    ];
  });
  after(() => cleanup.run());
  beforeEach(async () => {
    cti = await stage.application(perTest);
    moments = [];
    cti.on("event", (event) => {
      if (!event.type.startsWith("route.") || !("route" in event)) return;
      const { destination, ended } = event.route;
      moments.push([event.type.slice(6), ended ?? destination?.to].filter((word) => word !== undefined).join(" "));
    });
    desk = await cti.openRouteTerminal("desk");
  });
  afterEach(() => perTest.run());

  const routed = (at: RouteTerminal = desk): Promise<RouteSession> => {
    return new Promise((resolve) => {
      const stop = at.onRoute((route) => {
        stop();
        resolve(route);
      });
    });
  };
  const ended = (route: RouteSession): Promise<unknown> =>
    route.isEnded ? Promise.resolve() : new Promise((resolve) => route.on("ended", resolve));

  it("given a list, when its first destination takes the call, then that is used, and both hear each other", async () => {
    const asked = routed();
    const near = await caller.dial("5000");
    const route = await asked;
    assert.deepEqual([route.callingNumber, route.calledNumber, route.view.line], ["1001", "5000", "5000@internal"]);
    const selected = route.select(["1003", "1002"]);
    const far = await rings(agent);
    await selected;
    await answer(far);
    await establish(near);
    await Promise.all([near.untilHears(agent.toneHz), far.untilHears(caller.toneHz)]);
    assert.deepEqual(moments, ["request", "attempt 1003", "used 1003", "end used"]);
    await near.hangUp();
    await far.ended();
  });

  it("given a busy phone, one that is not registered and a number that there is not, when they come first, then the fourth takes the call", async () => {
    const asked = routed();
    const near = await caller.dial("5000");
    const selected = (await asked).select(["1002", "1009", "4711", "1003"]);
    (await busy.offered()).progress(486);
    const far = await rings(agent);
    await selected;
    await answer(far);
    await establish(near);
    assert.deepEqual(moments, [
      "request",
      ...["1002", "1009", "4711"].flatMap((to) => [`attempt ${to}`, `failed ${to}`]),
      "attempt 1003",
      "used 1003",
      "end used",
    ]);
    await near.hangUp();
    await far.ended();
  });

  it("given header fields for one destination, for all, and for none, when the list is walked, then each INVITE has its own alone, also where it is forwarded to", async () => {
    await stage.change({
      type: "put",
      kind: "directory-number",
      body: { number: "1003", forwarding: { busy: { internal: "1004" } } },
    });
    const asked = routed();
    const near = await caller.dial("5000");
    const own = { to: "1002", headers: [{ name: "X-Own", value: "only here" }] };
    const bare = { to: "1002", headers: [] };
    const headers = [{ name: "X-Customer", value: "4711" }];
    const selected = (await asked).select([own, bare, "1003"], { headers });
    const fieldsOf = ({ call }: Talk): unknown => [call.offer?.get("x-own"), call.offer?.get("x-customer")];
    for (const fields of [
      ["only here", undefined],
      [undefined, undefined],
    ]) {
      const talk = await busy.offered();
      assert.deepEqual(fieldsOf(talk), fields);
      talk.progress(486);
    }
    const forwarding = await agent.offered(5_000);
    assert.deepEqual(fieldsOf(forwarding), [undefined, "4711"]);
    forwarding.progress(486);
    const far = await rings(unanswered);
    assert.deepEqual(fieldsOf(far), [undefined, "4711"], "the leg after forwarding");
    await selected;
    await answer(far);
    await establish(near);
    await near.hangUp();
    await far.ended();
    await stage.change({ type: "put", kind: "directory-number", body: { number: "1003" } });
  });

  it("given a list that comes to nothing, when the application is asked again, then its next list takes the call", async () => {
    const asked = routed();
    const near = await caller.dial("5000");
    const route = await asked;
    const again = routed();
    const failed = refused(route.select(["1009", "4711"]), "ROUTE_EXHAUSTED");
    assert.equal(await again, route);
    await failed;
    const selected = route.select(["1003"]);
    const far = await rings(agent);
    await selected;
    await answer(far);
    await establish(near);
    assert.ok(moments.includes("reroute"), moments.join(", "));
    await near.hangUp();
    await far.ended();
  });

  it("given a dialogue, when the application ends it, then the call stays, and can be redirected", async () => {
    const asked = routed();
    const offers = desk.offers();
    let isOffered = false;
    desk.onOffer(() => (isOffered = true));
    const near = await caller.dial("5000");
    const route = await asked;
    await cti.request("call.list", {});
    assert.equal(isOffered, false);
    await route.end();
    assert.equal(route.view.ended, "application");
    await refused(route.select(["1003"]), "ROUTE_SESSION_STATE");
    const { value: offer } = (await offers.next()) as { value: TerminalConnection };
    assert.equal(offer.call, route.call);
    const redirected = offer.redirect("1003");
    const far = await rings(agent);
    await redirected;
    await answer(far);
    await establish(near);
    await near.hangUp();
    await far.ended();
  });

  it("given an application that does not select, when its time is over, then the call goes to CFNA, and a late selection is refused", async () => {
    const hasty = await cti.openRouteTerminal("hasty");
    const asked = routed(hasty);
    const near = await caller.dial("5010");
    const route = await asked;
    const far = await rings(unanswered);
    await ended(route);
    assert.equal(route.view.ended, "timer-expired");
    await refused(route.select(["1003"]), "ROUTE_SESSION_EXPIRED");
    await answer(far);
    await establish(near);
    await near.untilHears(unanswered.toneHz);
    await near.hangUp();
    await far.ended();
  });

  it("given a caller that hangs up, when the dialogue waits or its destination rings, then it is abandoned", async () => {
    const asked = routed();
    const near = await caller.dial("5000");
    const route = await asked;
    near.call.invite?.cancel();
    await ended(route);
    assert.equal(route.view.ended, "abandoned");
    const next = routed();
    const again = await caller.dial("5000");
    const other = await next;
    const attempt = heardWithin(cti, "route.attempt", 3_000);
    const selected = other.select(["1003"]);
    await attempt;
    const far = await agent.offered();
    again.call.invite?.cancel();
    await ended(other);
    assert.equal(other.view.ended, "abandoned");
    await refused(selected, "REDIRECT_ABANDONED");
    assert.ok(far.call.offer !== undefined);
  });
});
