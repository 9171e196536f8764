// A service process whose part does nothing: for tests of supervisor, host and command line.
// A file `run/<service>.fails` keeps it from starting. The node's name steers it: "fails-at-start" throws, "hangs-at-start" is never ready, "hangs-at-stop" never closes, "throws-later" dies on demand.
import { existsSync } from "node:fs";
import { SwitchError } from "../../src/common/index.ts";
import type { CreatePart } from "../../src/main/service/service-part.ts";
import { runService } from "../../src/main/service/run-service.ts";

const [name = "", , nodeFile = ""] = process.argv.slice(2);

const createPart: CreatePart = ({ node, paths, channel }) => {
  channel.handle("calls", () => [
    {
      callId: "c1",
      caller: { number: "1001" },
      callee: { number: "1002" },
      state: "established",
      startedAtMs: Date.now() - 61_000,
    },
  ]);
  channel.handle("registrations", () => [
    {
      phone: "p1",
      aor: "1001",
      contactUri: "sip:1001@127.0.0.1\u001b[31m",
      source: "udp/127.0.0.1:5062",
      remainingSeconds: 59,
    },
  ]);
  channel.handle("throw", () => {
    setImmediate(() => {
      throw new Error("thrown on demand");
    });
  });
  return {
    start: async () => {
      if (node.name === "fails-at-start" && name === "media") {
        throw new SwitchError("address-in-use", "RTP ports are taken by process 1: init");
      }
      if (existsSync(`${paths.runDir}/${name}.fails`)) throw new Error("told not to start");
      if (node.name === "hangs-at-start" && name === "media") {
        setInterval(() => undefined, 60_000);
        await new Promise(() => undefined);
      }
    },
    close: async (purpose) => {
      process.stdout.write(`${name} closes for ${purpose}\n`);
      if (node.name === "hangs-at-stop" && name === "media") await new Promise(() => undefined);
    },
    metrics: () => [{ name: "tandem_trivial", type: "gauge", help: "Always one", labels: { service: name }, value: 1 }],
    status: () => ({ trivial: true }),
  };
};

await runService(name, nodeFile, async () => createPart);
