import { writeFileSync } from "node:fs";
import { findProgram } from "../../scripts/bench/systems/find-program.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";
import { exchangeUdp, optionsRequest } from "./raw-sip.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

export const KAMAILIO = findProgram("kamailio");

/** Kamailio as a provider: who registers and calls has to prove it; calls from `outside` go to who has registered. */
export class KamailioProvider {
  readonly address: string;
  readonly port: number;
  readonly #process: ManagedProcess;
  readonly #directory: TemporaryDirectory;

  private constructor(address: string, port: number, process: ManagedProcess, directory: TemporaryDirectory) {
    this.address = address;
    this.port = port;
    this.#process = process;
    this.#directory = directory;
  }

  /** @param outside address of the telephone network behind it, and the port that calls to it go to */
  static async start(
    address: string,
    password: string,
    outside: { readonly address: string; readonly port: number },
  ): Promise<KamailioProvider> {
    const directory = new TemporaryDirectory("kamailio");
    const port = await freePort(address);
    const file = directory.join("kamailio.cfg");
    writeFileSync(file, configuration(address, port, password, outside));
    const folders = ["-w", directory.path, "-Y", directory.path];
    const args = ["-f", file, "-DD", "-E", "-n", "1", "-m", "32", "-M", "8", ...folders];
    const process = new ManagedProcess({ command: KAMAILIO ?? "kamailio", args });
    const provider = new KamailioProvider(address, port, process, directory);
    const target = { host: address, port };
    try {
      await eventually(
        async () => {
          const reply = await exchangeUdp(target, (local) => [Buffer.from(optionsRequest("UDP", local, target))], 200);
          if (reply === undefined) throw new Error(`kamailio does not answer:\n${process.output}`);
        },
        { timeoutMs: 10_000 },
      );
    } catch (error) {
      await provider.close();
      throw error;
    }
    return provider;
  }

  get uri(): string {
    return `sip:${this.address}:${this.port}`;
  }

  async close(): Promise<void> {
    await this.#process.stop(5_000);
    this.#directory.close();
  }
}

function configuration(
  address: string,
  port: number,
  password: string,
  outside: { readonly address: string; readonly port: number },
): string {
  const modules = ["tm", "tmx", "sl", "rr", "pv", "textops", "siputils", "usrloc", "registrar", "auth"];
  return `#!KAMAILIO
debug=0
log_stderror=yes
listen=udp:${address}:${port}
auto_aliases=no
disable_tcp=yes
${modules.map((name) => `loadmodule "${name}.so"`).join("\n")}
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")
modparam("registrar", "min_expires", 90)
request_route {
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("$td", "${password}", "0")) { www_challenge("$td", "1"); exit; }
    if (!save("location")) { sl_reply_error(); }
    exit;
  }
  if (has_totag()) {
    # The network outside sends all to here, with Route or without.
    loose_route();
    if (is_method("ACK")) { forward(); exit; }
    t_relay();
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  record_route();
  if ($si == "${outside.address}") {
    if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
    t_relay();
    exit;
  }
  if (!pv_proxy_authenticate("$fd", "${password}", "0")) { proxy_challenge("$fd", "1"); exit; }
  consume_credentials();
  $du = "sip:${outside.address}:${outside.port}";
  t_relay();
}
`;
}
