import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Inbox } from "../../support/inbox.ts";

describe("Inbox", () => {
  it("given a process that stands still for longer than a wait, when it goes on, then what came meanwhile is taken", async () => {
    const inbox = new Inbox<string>(String);
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    socket.on("message", (bytes) => inbox.put(bytes.toString()));
    try {
      const taken = inbox.take(() => true, "datagram", 100);
      socket.send("here", socket.address().port, "127.0.0.1");
      await new Promise((resolve) => process.nextTick(resolve));
      const endMs = performance.now() + 300;
      while (performance.now() < endMs);
      assert.equal(await taken, "here");
    } finally {
      socket.close();
    }
  });

  it("given nothing, when the wait is over, then it fails and says what there is", async () => {
    const inbox = new Inbox<string>(String);
    inbox.put("other");
    await assert.rejects(
      inbox.take((item) => item === "one", "one", 20),
      /^Error: no one within 20 ms; there is: other$/,
    );
  });

  it("given somebody who waits, when it is closed, then the wait fails at once, and so does every later one", async () => {
    const inbox = new Inbox<string>(String);
    const waiting = inbox.take(() => true, "one", 60_000);
    inbox.close();
    await assert.rejects(waiting, /^Error: no one until it was closed; there is: nothing$/);
    await assert.rejects(
      inbox.take(() => true, "one", 60_000),
      /^Error: no one comes: closed$/,
    );
  });
});
