import { createSocket } from "node:dgram";

// Where relayed RTP ends: `rtp-sink.ts <address> <flows>`. Prints its ports, and `heard all` when every port has
// received something. The bench then stops this process, so that only the kernel is busy with what goes on to arrive.

const [address = "", flows = "0"] = process.argv.slice(2);
const heard = new Set<number>();
const ports = await Promise.all(
  Array.from(
    { length: Number(flows) },
    (_, index) =>
      new Promise<number>((resolve, reject) => {
        const socket = createSocket("udp4");
        socket.on("message", () => {
          if (heard.has(index)) return;
          heard.add(index);
          if (heard.size === Number(flows)) process.stdout.write("heard all\n");
        });
        socket.once("error", reject);
        socket.bind(0, address, () => resolve(socket.address().port));
      }),
  ),
);
process.stdout.write(`ports ${JSON.stringify(ports)}\n`);
