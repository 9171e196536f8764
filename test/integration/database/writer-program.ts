import { once } from "node:events";
import { parseArgs } from "node:util";
import { DatabaseError } from "../../../src/database/index.ts";
import { change, create, openStore } from "../../support/configuration-store.ts";

// A process that writes to a configuration file: `--count` read-modify-writes of one object once it is told to, or one
// change that makes `--objects`.

const { values } = parseArgs({
  options: { file: { type: "string" }, count: { type: "string" }, objects: { type: "string" } },
});
const store = openStore({ path: values.file ?? "" });
// The clock's timers keep no process alive.
const alive = setInterval(() => undefined, 60_000);

if (values.count !== undefined) await countUp(Number(values.count));
else await writeMany(Number(values.objects));
store.close();
clearInterval(alive);

async function countUp(times: number): Promise<void> {
  process.stdout.write("ready\n");
  await once(process.stdin, "data");
  let retries = 0;
  for (let done = 0; done < times;) {
    const { revision, body } = store.get("region", "counter") ?? { revision: 0, body: { description: "0" } };
    const description = String(Number(body.description) + 1);
    try {
      const operation = {
        type: "merge",
        kind: "region",
        name: "counter",
        body: { description },
        ifRevision: revision,
      } as const;
      await change(store, operation);
      done += 1;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== "changed-meanwhile") throw error;
      retries += 1;
      if (retries > 100 * times) throw error;
    }
  }
  process.stdout.write(`${retries} retries\n`);
  process.stdin.destroy();
}

async function writeMany(count: number): Promise<void> {
  process.stdout.write("begins\n");
  const names = Array.from({ length: count }, (_, index) => `r${process.pid}-${index}`);
  const made = change(store, ...names.map((name) => create("region", { name })));
  process.stdout.write("goes on\n");
  await made;
  process.stdout.write("done\n");
}
