import { Provider } from "../../src/sdk/index.ts";

// An application as a process of its own, to be killed: opens a device, and does one thing with every call. It tells on
// standard output what it does, a line each.

/** What it is started with, as JSON. */
export interface ApplicationTask {
  readonly servers: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly group?: string;
  readonly standbyAfterMs?: number;
  readonly device: string;
  /** `leave`: calls are offered, and left so; `redirect`: or sent on. `leave-route`, `select`: the same with dialogues. */
  readonly act: "leave" | "redirect" | "leave-route" | "select" | "answer";
  /** Of `redirect` and `select`. */
  readonly to?: string;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main({ device, act, to = "", ...sign }: ApplicationTask): Promise<void> {
  const provider = await Provider.open(sign);
  let count = 0;
  if (act === "leave" || act === "redirect" || act === "answer") {
    const port =
      act === "answer"
        ? await provider.openMediaTerminal(device, {
            mode: "static",
            address: "127.0.0.1",
            port: 40_000,
            codecs: ["PCMU"],
          })
        : await provider.openRouteTerminal(device, { routes: false });
    port.onOffer((offer) => {
      say(`offered ${(count += 1)}`);
      if (act === "redirect") offer.redirect(to).then(() => say("redirected"), tell);
      if (act === "answer") offer.answer().then(() => say("answered"), tell);
    });
    return say(`owner ${port.isOwner}`);
  }
  const desk = await provider.openRouteTerminal(device);
  desk.onRoute((route) => {
    say(`routing ${(count += 1)}`);
    if (act === "select") route.select([to]).then(() => say("selected"), tell);
  });
  say(`owner ${desk.isOwner}`);
}

function tell(error: unknown): void {
  say(`refused: ${String(error)}`);
}

await main(JSON.parse(process.argv[2] ?? "{}") as ApplicationTask);
