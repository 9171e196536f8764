import { writeFileSync } from "node:fs";
import { eventually } from "../../../test/support/eventually.ts";
import { freePort } from "../../../test/support/free-port.ts";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { exchangeUdp, optionsRequest } from "../../../test/support/raw-sip.ts";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import type { BenchContext } from "../bench.ts";
import { findProgram } from "./find-program.ts";
import { CALLEE_ADDRESS, PHONE_PORT, type SystemUnderTest } from "./system-under-test.ts";

const ADDRESS = "127.0.0.1";
/** With more, one may send a 180 after another has sent the 200 behind it, and SIPp counts the call as failed. */
const WORKERS = 1;
const START_TIMEOUT_MS = 10_000;

/** Kamailio as a registrar with digest and a transaction stateful proxy to the callee; no media, no call state. */
export async function startKamailio({ cleanup }: BenchContext): Promise<SystemUnderTest> {
  const directory = cleanup.add(new TemporaryDirectory("kamailio"), (folder) => folder.close());
  const port = await freePort(ADDRESS);
  const file = directory.join("kamailio.cfg");
  writeFileSync(file, configuration(port));
  const folders = ["-w", directory.path, "-Y", directory.path];
  const args = ["-f", file, "-DD", "-E", "-n", String(WORKERS), "-m", "256", "-M", "16", ...folders];
  const kamailio = cleanup.add(
    new ManagedProcess({ command: findProgram("kamailio") ?? "kamailio", args }),
    (running) => running.stop(5_000).then(() => undefined),
  );
  const target = { host: ADDRESS, port };
  await eventually(
    async () => {
      const reply = await exchangeUdp(target, (local) => [Buffer.from(optionsRequest("UDP", local, target))], 200);
      if (reply === undefined) throw new Error(`kamailio does not answer:\n${kamailio.output}`);
    },
    { timeoutMs: START_TIMEOUT_MS },
  );
  return {
    name: "kamailio",
    sip: `${ADDRESS}:${port}`,
    groups: [{ name: "kamailio", pid: kamailio.pid }],
    close: async () => {
      await kamailio.stop(5_000);
      directory.close();
    },
  };
}

/** The password of `u0000` is `pw0000`, and so on. */
function configuration(port: number): string {
  const modules = ["tm", "tmx", "sl", "rr", "pv", "textops", "siputils", "usrloc", "registrar", "auth"];
  return `#!KAMAILIO
debug=0
log_stderror=yes
listen=udp:${ADDRESS}:${port}
auto_aliases=no
disable_tcp=yes
${modules.map((name) => `loadmodule "${name}.so"`).join("\n")}
modparam("usrloc", "db_mode", 0)
modparam("tm", "failure_reply_mode", 3)
request_route {
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (is_method("REGISTER")) {
    $var(password) = "pw" + $(fU{s.substr,1,0});
    if (!pv_www_authenticate("$td", "$var(password)", "0")) { www_challenge("$td", "0"); exit; }
    if (!save("location")) { sl_reply_error(); }
    exit;
  }
  if (has_totag()) {
    if (loose_route()) { if (is_method("ACK")) { forward(); exit; } t_relay(); exit; }
    if (is_method("ACK") && t_check_trans()) { t_relay(); }
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (is_method("INVITE")) { record_route(); }
  $ru = "sip:" + $rU + "@${CALLEE_ADDRESS}:${PHONE_PORT}";
  t_relay();
}
`;
}
