import type { MetricSample } from "../../common/index.ts";
import { TRANSPORT_PROTOCOLS, type TransportProtocol } from "./flow.ts";
import { MessageCounters } from "./message-counters.ts";

/** Why a connection ended or was refused. */
export type ConnectionEnd =
  | "peer"
  | "error"
  | "bad-input"
  | "slow-message"
  | "no-message"
  | "idle"
  | "not-reading"
  | "too-many"
  | "banned"
  | "closed"
  | "slow-handshake"
  | "bad-handshake";

/** What is counted for each transport. */
export interface ProtocolCounters {
  received: number;
  sent: number;
  failed: number;
  keepAlives: number;
  bad: number;
}

const HELP: Readonly<Record<keyof ProtocolCounters, readonly [name: string, help: string]>> = {
  received: ["tandem_sip_messages_received_total", "SIP messages handed up by the transport"],
  sent: ["tandem_sip_messages_sent_total", "SIP messages handed to the transport"],
  failed: ["tandem_sip_send_failures_total", "SIP messages that could not be sent"],
  keepAlives: ["tandem_sip_keepalives_received_total", "Keep-alives of peers"],
  bad: ["tandem_sip_bad_input_total", "Datagrams and streams that hold no SIP message"],
};

/** What the transport has counted since its start. */
export class TransportCounters {
  readonly udp = newCounters();
  readonly tcp = newCounters();
  readonly tls = newCounters();
  readonly ws = newCounters();
  readonly wss = newCounters();
  readonly #messages = {
    udp: newMessageCounters(),
    tcp: newMessageCounters(),
    tls: newMessageCounters(),
    ws: newMessageCounters(),
    wss: newMessageCounters(),
  };
  /** Dead UDP addresses found by "port unreachable". */
  deadAddresses = 0;
  accepted = 0;
  connected = 0;
  readonly #ends = new Map<ConnectionEnd, number>();

  of(protocol: TransportProtocol): ProtocolCounters {
    return this[protocol];
  }

  countReceived(protocol: TransportProtocol, text: string): void {
    this[protocol].received += 1;
    this.#messages[protocol].in.count(text);
  }

  countSent(protocol: TransportProtocol, text: string): void {
    this[protocol].sent += 1;
    this.#messages[protocol].out.count(text);
  }

  countEnd(reason: ConnectionEnd): void {
    this.#ends.set(reason, (this.#ends.get(reason) ?? 0) + 1);
  }

  endsBy(reason: ConnectionEnd): number {
    return this.#ends.get(reason) ?? 0;
  }

  samples(): MetricSample[] {
    const samples = TRANSPORT_PROTOCOLS.flatMap((protocol) => [
      ...protocolSamples(protocol, this.of(protocol)),
      ...this.#messages[protocol].in.samples(protocol, "in"),
      ...this.#messages[protocol].out.samples(protocol, "out"),
    ]);
    samples.push(
      counter("tandem_sip_dead_addresses_total", "UDP addresses found unreachable", this.deadAddresses),
      counter("tandem_sip_connections_opened_total", "Connections opened", this.accepted, { by: "peer" }),
      counter("tandem_sip_connections_opened_total", "Connections opened", this.connected, { by: "us" }),
    );
    for (const [reason, value] of this.#ends) {
      samples.push(counter("tandem_sip_connections_ended_total", "Connections ended or refused", value, { reason }));
    }
    return samples;
  }
}

function newCounters(): ProtocolCounters {
  return { received: 0, sent: 0, failed: 0, keepAlives: 0, bad: 0 };
}

function newMessageCounters(): Readonly<Record<"in" | "out", MessageCounters>> {
  return { in: new MessageCounters(), out: new MessageCounters() };
}

function protocolSamples(transport: TransportProtocol, counters: ProtocolCounters): MetricSample[] {
  return (Object.keys(HELP) as (keyof ProtocolCounters)[]).map((key) => {
    const [name, help] = HELP[key];
    return counter(name, help, counters[key], { transport });
  });
}

function counter(name: string, help: string, value: number, labels: Record<string, string> = {}): MetricSample {
  return { name, type: "counter", help, labels, value };
}
