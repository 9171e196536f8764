import type { MediaRegistration, MediaView, RtpAddress } from "../../protocol/index.ts";

/** How the media of a CTI port or route point ends. With dynamic registration `address` is asked for each call. */
export type MediaTerminalOptions =
  | Extract<MediaRegistration, { mode: "none" | "static" | "switch" }>
  | (Extract<MediaRegistration, { mode: "dynamic" }> & {
      /** Where the application wants the call's RTP; absent: it answers `media.wanted` itself. */
      readonly address?: MediaAddressChooser;
    });

/** Says where the application wants the RTP of a call. */
export type MediaAddressChooser = (media: MediaView) => RtpAddress | Promise<RtpAddress>;

/** What the server is told, and what it is not. */
export function splitAddress(options: MediaTerminalOptions): {
  readonly media: MediaRegistration;
  readonly address: MediaAddressChooser | undefined;
} {
  if (options.mode !== "dynamic") return { media: options, address: undefined };
  const { mode, codecs, address } = options;
  return { media: { mode, codecs }, address };
}

/** How calls at a route point come to the application. */
export interface RouteTerminalOptions {
  /** False: calls are offered, to be redirected, accepted or rejected, instead of being routed by a dialogue. Default true. */
  readonly routes?: boolean;
}
