import assert from "node:assert/strict";
import { OverloadControl } from "../../../../src/sip/transaction/overload-control.ts";

/** A server that works on `capacity` requests a second, at whose door `offered` a second come. */
class Server {
  readonly control = new OverloadControl(0);
  readonly capacity: number;
  #nowMs = 0;
  #waiting = 0;
  taken = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  run(seconds: number, offered: number): void {
    const perStep = offered / 100;
    let owed = 0;
    for (let step = 1; step <= seconds * 100; step += 1) {
      this.#nowMs += 10;
      for (owed += perStep; owed >= 1; owed -= 1) {
        if (!this.control.admit(this.#nowMs)) continue;
        this.taken += 1;
        this.#waiting += 1;
      }
      this.#waiting = Math.max(0, this.#waiting - this.capacity / 100);
      if (step % 10 === 0) this.control.observe(this.delayMs, this.#nowMs);
    }
  }

  get delayMs(): number {
    return (1_000 * this.#waiting) / this.capacity;
  }
}

describe("OverloadControl", () => {
  it("given requests that are served in time, when they come, then all are taken", () => {
    const server = new Server(1_000);
    server.run(10, 900);
    assert.deepEqual([server.taken, server.control.limitPerSecond], [9_000, undefined]);
  });

  for (const factor of [1.5, 2, 10]) {
    it(`given ${factor} times what can be served, when it goes on, then most of the capacity is used and nothing waits long`, () => {
      const server = new Server(1_000);
      server.run(5, 1_000 * factor);
      const before = server.taken;
      let longestMs = 0;
      for (let second = 0; second < 20; second += 1) {
        server.run(1, 1_000 * factor);
        longestMs = Math.max(longestMs, server.delayMs);
      }
      const share = (server.taken - before) / 20_000;
      assert.ok(share > 0.8 && share <= 1.01, `${share} of the capacity`);
      assert.ok(longestMs < 400, `${longestMs} ms`);
    });
  }

  it("given overload that ends, when some seconds have passed, then all is taken again", () => {
    const server = new Server(1_000);
    server.run(5, 3_000);
    assert.notEqual(server.control.limitPerSecond, undefined);
    server.run(20, 300);
    assert.equal(server.control.limitPerSecond, undefined);
    const before = server.taken;
    server.run(1, 300);
    assert.ok(server.taken - before >= 299);
  });

  it("given a server that stands still, when requests come, then some are still taken", () => {
    const control = new OverloadControl(0);
    let taken = 0;
    for (let nowMs = 10; nowMs <= 20_000; nowMs += 10) {
      if (control.admit(nowMs)) taken += 1;
      if (nowMs % 100 === 0) control.observe(5_000, nowMs);
      if (nowMs === 10_000) taken = 0;
    }
    assert.ok(taken >= 90 && taken <= 110, `${taken} in ten seconds`);
  });

  it("given an observation at once after another, when it comes, then it changes nothing", () => {
    const control = new OverloadControl(0);
    control.observe(5_000, 0);
    assert.equal(control.limitPerSecond, undefined);
  });
});
