import { createHmac } from "node:crypto";
import { networkInterfaces } from "node:os";
import { SwitchError } from "../../common/index.ts";
import { isLoopbackAddress, type TandemConfigInput } from "../../config/index.ts";

/** Numbers and passwords of the demo's phones. */
export interface DemoPhone {
  readonly number: string;
  readonly password: string;
}

export const DEMO_ECHO_NUMBER = "9196";
export const DEMO_MUSIC_NUMBER = "9197";
const FIRST_NUMBER = 1001;
const PHONES = 10;

/** Where the demo listens. */
export interface DemoAddresses {
  readonly bind: string;
  readonly sipPort: number;
  readonly tlsPort: number;
  readonly httpPort: number;
  readonly ctiPort: number;
}

/**
 * The demo's ten phones. On loopback anybody on the host may know the passwords; elsewhere they are made of the
 * node's own secret, so that they stay the same from start to start.
 */
export function demoPhones(bind: string, secret: () => string): DemoPhone[] {
  return Array.from({ length: PHONES }, (_, index) => {
    const number = String(FIRST_NUMBER + index);
    const password = isLoopbackAddress(bind) ? `demo-${number}` : passwordOf(number, secret());
    return { number, password };
  });
}

function passwordOf(number: string, secret: string): string {
  return createHmac("sha256", secret).update(`demo phone ${number}`).digest("hex").slice(0, 16);
}

/** The demo's configuration, as it would stand in a file. The status page stays on loopback: it has no sign-in. */
export function demoConfig(
  { bind, sipPort, tlsPort, httpPort, ctiPort }: DemoAddresses,
  phones: readonly DemoPhone[],
): TandemConfigInput {
  return {
    node: { name: "demo", orphanGraceSeconds: 10 },
    sip: {
      listen: [
        { transport: "udp", address: bind, port: sipPort },
        { transport: "tcp", address: bind, port: sipPort },
        { transport: "tls", address: bind, port: tlsPort },
      ],
    },
    http: { address: "127.0.0.1", port: httpPort },
    cti: { listen: [{ transport: "ws", address: "127.0.0.1", port: ctiPort }] },
    media: { address: bind, ...(bind === "0.0.0.0" ? { advertisedAddress: externalAddress() } : {}) },
    call: { endpoints: { [DEMO_ECHO_NUMBER]: "echo", [DEMO_MUSIC_NUMBER]: "demo" } },
    phones: phones.map(({ number, password }) => ({ name: `demo-${number}`, number, password })),
  };
}

/** The address under which others reach this host. */
export function externalAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = addresses.find(({ family, internal }) => family === "IPv4" && !internal);
  if (found === undefined) throw new SwitchError("bad-usage", "--bind 0.0.0.0: this host has no address but loopback");
  return found.address;
}
