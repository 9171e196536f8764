import assert from "node:assert/strict";
import type { WireConnection } from "../../../../src/sip/wire/wire-connection.ts";
import { ApplicationRoutes } from "../../../../src/sip/wire/application-routes.ts";

function connection(name: string, state: { isSlow?: boolean; isOpen?: boolean } = {}): WireConnection {
  return { name, verbs: new Set(["invite"]), isSlow: false, isOpen: true, ...state } as unknown as WireConnection;
}

describe("ApplicationRoutes", () => {
  it("given two applications, one of which routed twice, when picked, then they take turns", () => {
    const routes = new ApplicationRoutes();
    const [one, two] = [connection("one"), connection("two")];
    for (const each of [one, one, two]) routes.add("invite", each);
    const names = [1, 2, 3, 4].map(() => routes.pick("invite")?.name);
    assert.deepEqual(names, ["one", "two", "one", "two"]);
  });

  it("given a slow application, when picked, then it is passed over", () => {
    const routes = new ApplicationRoutes();
    routes.add("invite", connection("slow", { isSlow: true }));
    assert.equal(routes.pick("invite"), undefined);
    routes.add("invite", connection("fast"));
    assert.equal(routes.pick("invite")?.name, "fast");
    assert.equal(routes.pick("invite")?.name, "fast");
  });

  it("given an application that is gone, when picked, then nobody is", () => {
    const routes = new ApplicationRoutes();
    const one = connection("one");
    routes.add("invite", one);
    routes.removeAll(one);
    assert.equal(routes.pick("invite"), undefined);
    assert.equal(routes.pick("bye"), undefined);
  });
});
