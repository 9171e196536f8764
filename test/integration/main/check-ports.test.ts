import assert from "node:assert/strict";
import type { SocketType } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { checkPorts, findFreePort, type WantedPort } from "../../../src/main/host/check-ports.ts";
import { findPortHolders } from "../../../src/main/host/port-holder.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { freePort } from "../../support/free-port.ts";
import { ManagedProcess } from "../../support/managed-process.ts";

describe("port check", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  /** Another process with a UDP socket. */
  const holder = async (type: SocketType, address: string, port: number): Promise<ManagedProcess> => {
    const script = `require("dgram").createSocket("${type}").bind(${port}, "${address}", () => console.log("bound"))`;
    const held = new ManagedProcess({ command: process.execPath, args: ["-e", script] });
    cleanup.add(held, async (each) => void (await each.kill()));
    await held.outputMatching(/^bound$/m, 5_000);
    return held;
  };
  const sip = (address: string, port: number): WantedPort => ({ purpose: "SIP", transport: "udp", address, port });

  it("given a port that we listen on, when looked for, then this process has it", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { seen, hasUnseen } = findPortHolders("tcp", "127.0.0.1", port);
    assert.deepEqual([seen.map(({ pid }) => pid), hasUnseen], [[process.pid], false]);
    assert.deepEqual(findPortHolders("udp", "127.0.0.1", port), { seen: [], hasUnseen: false });
    const wanted = [{ purpose: "HTTP", transport: "tcp" as const, address: "127.0.0.1", port }];
    assert.equal((await checkPorts(wanted)).length, 1);
    assert.deepEqual(await checkPorts(wanted, [process.pid]), []);
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(await checkPorts(wanted), []);
  });

  it("given two processes with the port on two addresses, when one is wanted, then the right one is named", async () => {
    const port = await freePort();
    const innocent = await holder("udp4", "127.0.0.2", port);
    const culprit = await holder("udp4", "127.0.0.1", port);
    const [problem] = await checkPorts([sip("127.0.0.1", port)], [innocent.pid]);
    assert.equal(problem?.kind, "taken");
    assert.match(problem.text, new RegExp(`^SIP udp 127.0.0.1:${port} is taken by process ${culprit.pid}: `));
    assert.deepEqual(await checkPorts([sip("127.0.0.1", port)], [culprit.pid]), []);
    assert.equal((await checkPorts([sip("0.0.0.0", port)], [culprit.pid])).length, 1);
    assert.deepEqual(await checkPorts([sip("0.0.0.0", port)], [culprit.pid, innocent.pid]), []);
  });

  for (const [type, address] of [
    ["udp4", "0.0.0.0"],
    ["udp6", "::"],
    ["udp6", "::ffff:127.0.0.1"],
  ] as const) {
    it(`given a process on ${address}, when an address is wanted, then it is named`, async () => {
      const port = await freePort();
      const { pid } = await holder(type, address, port);
      assert.match((await checkPorts([sip("127.0.0.1", port)]))[0]?.text ?? "", new RegExp(` by process ${pid}: `));
    });
  }

  it("given an address of another host, when wanted, then it is unavailable and not taken", async () => {
    assert.deepEqual(await checkPorts([sip("203.0.113.9", 0)]), [
      { kind: "unavailable", text: "SIP udp 203.0.113.9: this host has no address 203.0.113.9" },
    ]);
  });

  it("given a free port, when found, then it can be had", async () => {
    const port = await findFreePort();
    assert.deepEqual(await checkPorts([{ purpose: "x", transport: "tcp", address: "127.0.0.1", port }]), []);
  });
});
