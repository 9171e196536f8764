import { writeFileSync } from "node:fs";
import { freePort } from "../../../test/support/free-port.ts";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import type { BenchContext } from "../bench.ts";
import { findProgram } from "./find-program.ts";
import {
  CALLED_NUMBER,
  CALLEE_ADDRESS,
  CALLER_ADDRESS,
  PHONE_PORT,
  SECOND_CALLER_ADDRESS,
  type SystemUnderTest,
} from "./system-under-test.ts";

const ADDRESS = "127.0.0.1";
const START_TIMEOUT_MS = 20_000;
const STOP_MS = 5_000;
/** A connection that it closes while a command is on its way would cost a call. */
const KEEP_ALIVE_MS = 3_600_000;
/** Below the range that the system gives out itself; as Tandem has it. */
const PORT_RANGE = { min: 10_000, max: 31_999 };

/** Where an application finds a switch's ARI. */
export interface AriAccess {
  /** `host:port` of HTTP and WebSocket. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Name of the application that gets the calls. */
  readonly application: string;
  /** Part of the dialplan from which numbers are dialled. */
  readonly context: string;
}

/** Asterisk with an application for some numbers. */
export interface AsteriskSystem extends SystemUnderTest {
  readonly ari: AriAccess;
}

/**
 * Asterisk with no more modules than calls and ARI take and no call records: a back-to-back user agent that relays
 * media as Tandem does.
 * @param applicationNumbers calls to these go to the ARI application
 */
export async function startAsterisk(
  { cleanup }: BenchContext,
  applicationNumbers: readonly string[] = [],
): Promise<AsteriskSystem> {
  const directory = cleanup.add(new TemporaryDirectory("asterisk"), (folder) => folder.close());
  const port = await freePort(ADDRESS);
  const httpPort = await freePort(ADDRESS);
  const ari: AriAccess = {
    host: `${ADDRESS}:${httpPort}`,
    user: "bench",
    password: "bench",
    application: "bench",
    context: "callers",
  };
  const files = {
    "asterisk.conf": directories(directory.path),
    "logger.conf": "[logfiles]\nconsole => error\n",
    "modules.conf": `[modules]\nautoload=no\n${MODULES.map((name) => `require=${name}.so\n`).join("")}`,
    "cdr.conf": "[general]\nenable=no\n",
    "rtp.conf": `[general]\nrtpstart=${PORT_RANGE.min}\nrtpend=${PORT_RANGE.max}\n`,
    "http.conf": `[general]\nenabled=yes\nbindaddr=${ADDRESS}\nbindport=${httpPort}\nsession_keep_alive=${KEEP_ALIVE_MS}\n`,
    "ari.conf": `[general]\nenabled=yes\n[${ari.user}]\ntype=user\npassword=${ari.password}\n`,
    "pjsip.conf": endpoints(port, ari.context),
    "extensions.conf": dialplan(ari, applicationNumbers),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(directory.join(name), text);
  const asterisk = cleanup.add(
    new ManagedProcess({
      command: findProgram("asterisk") ?? "asterisk",
      args: ["-f", "-C", directory.join("asterisk.conf")],
    }),
    (running) => running.stop(STOP_MS).then(() => undefined),
  );
  await asterisk.outputMatching(/Asterisk Ready/, START_TIMEOUT_MS);
  return {
    name: "asterisk",
    sip: `${ADDRESS}:${port}`,
    groups: [{ name: "asterisk", pid: asterisk.pid }],
    ari,
    close: async () => {
      await asterisk.stop(STOP_MS);
      directory.close();
    },
  };
}

/** It ends at once when it lacks one. */
const MODULES: readonly string[] = [
  ...["res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_timing_timerfd", "res_pjproject"],
  ...["res_pjsip", "res_pjsip_pubsub", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_caller_id"],
  ...["res_pjsip_endpoint_identifier_ip", "res_rtp_asterisk", "chan_pjsip", "codec_ulaw"],
  ...["bridge_simple", "bridge_native_rtp", "app_dial", "pbx_config"],
  ...[
    "res_http_websocket",
    "res_websocket_client",
    "res_stasis",
    "res_stasis_answer",
    "res_stasis_playback",
    "res_stasis_recording",
  ],
  ...["res_stasis_snoop", "res_ari", "res_ari_model", "res_ari_channels", "res_ari_events", "app_stasis"],
];

/** All that it writes goes into the one folder; where its modules are it knows itself. */
function directories(path: string): string {
  const names = ["astetcdir", "astdbdir", "astrundir", "astspooldir", "astlogdir", "astvarlibdir"];
  return `[directories]\n${names.map((name) => `${name} => ${path}\n`).join("")}`;
}

/** Callers and callee are known by their addresses. */
function endpoints(port: number, context: string): string {
  return `[udp]
type=transport
protocol=udp
bind=${ADDRESS}:${port}
${endpoint("callers", context, [CALLER_ADDRESS, SECOND_CALLER_ADDRESS])}
${endpoint("callee", context, [CALLEE_ADDRESS])}
aors=callee
[callee]
type=aor
contact=sip:${CALLEE_ADDRESS}:${PHONE_PORT}
`;
}

function endpoint(name: string, context: string, addresses: readonly string[]): string {
  return `[${name}]
type=identify
endpoint=${name}
match=${addresses.join(",")}
[${name}]
type=endpoint
context=${context}
disallow=all
allow=ulaw
direct_media=no`;
}

function dialplan({ context, application }: AriAccess, applicationNumbers: readonly string[]): string {
  const numbers = applicationNumbers.map((number) => `exten => ${number},1,Stasis(${application})\n`);
  return `[${context}]\nexten => ${CALLED_NUMBER},1,Dial(PJSIP/\${EXTEN}@callee)\n${numbers.join("")}`;
}
