/** Where an application sends and wants RTP: a literal IP address and a port. */
export interface RtpAddress {
  readonly address: string;
  readonly port: number;
}

/** The media of a device in a call. */
export interface MediaView {
  readonly callId: string;
  readonly device: string;
  /**
   * `wanted`: an address is to be set by the application, within the time of the device (dynamic registration); `started`
   * and `stopped`: what the application sends to `remote`, or gets at `local`, begins or ends.
   */
  readonly moment: "wanted" | "started" | "stopped";
  readonly direction?: "send" | "receive" | "both";
  readonly local?: RtpAddress;
  readonly remote?: RtpAddress;
  /** For example `PCMA/8000`. */
  readonly codec?: string;
  readonly packetTimeMs?: number;
}
