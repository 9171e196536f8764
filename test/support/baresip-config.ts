import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sine } from "./goertzel.ts";
import { writeWav } from "./wav.ts";

/** What `writeBaresipConfig` needs to know. */
export interface BaresipConfig {
  readonly directory: string;
  readonly address: string;
  readonly toneHz: number;
  readonly controlPort: number;
  readonly rtpPorts: { readonly first: number; readonly last: number };
  /** Length of the tone file; baresip ends the call when the file ends. */
  readonly toneSeconds: number;
  /** Application modules beside menu and control. */
  readonly modules: readonly string[];
}

const MODULE_PATH = "/usr/lib/baresip/modules";

/**
 * Writes a configuration folder for a baresip that has no sound card: it sends a tone from a file and records what
 * it decodes under `rec`. Accounts are made later, over the control connection, so that no event is missed.
 */
export function writeBaresipConfig(config: BaresipConfig): void {
  const { directory, address, toneHz, controlPort, toneSeconds, rtpPorts, modules } = config;
  mkdirSync(join(directory, "rec"), { recursive: true });
  const tone = join(directory, "tone.wav");
  writeFileSync(tone, writeWav({ sampleRateHz: 8_000, samples: sine(toneHz, toneSeconds) }));
  writeFileSync(join(directory, "accounts"), "");
  writeFileSync(join(directory, "contacts"), "");
  const lines = [
    "poll_method epoll",
    `sip_listen ${address}:5060`,
    `net_interface ${address}`,
    "call_local_timeout 120",
    "call_max_calls 4",
    // The player is a bridge that nobody reads: decoding goes on without a device.
    "audio_player aubridge,nobody",
    "audio_alert aubridge,nobody",
    `audio_source aufile,${tone}`,
    "audio_level no",
    `rtp_ports ${rtpPorts.first}-${rtpPorts.last}`,
    "rtp_stats yes",
    "rtcp_mux no",
    "rtp_timeout 0",
    "jitter_buffer_delay 0-0",
    `module_path ${MODULE_PATH}`,
    "module g711.so",
    "module aufile.so",
    "module aubridge.so",
    "module sndfile.so",
    "module srtp.so",
    "module dtls_srtp.so",
    `snd_path ${join(directory, "rec")}`,
    "module_tmp account.so",
    // The instance id that flows belong to (RFC 5626 4.1).
    "module_tmp uuid.so",
    "module_app menu.so",
    "module_app ctrl_tcp.so",
    ...modules.map((module) => `module_app ${module}`),
    `ctrl_tcp_listen ${address}:${controlPort}`,
  ];
  writeFileSync(join(directory, "config"), `${lines.join("\n")}\n`);
}
