import type { MediaRegistration, MediaView, RtpAddress } from "../../protocol/index.ts";

/** What becomes of calls at a device that the application owns. */
export interface OwnerOptions {
  /** Calls that are offered ring at once, as if they had been accepted: `offers` has them all the same. Default false. */
  readonly autoAccept?: boolean;
}

/** How the media of a CTI port or route point ends. With dynamic registration `address` is asked for each call. */
export type MediaTerminalOptions = OwnerOptions & MediaChoice;

type MediaChoice =
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
  readonly owner: OwnerOptions;
  readonly address: MediaAddressChooser | undefined;
} {
  const { autoAccept, ...media } = options;
  const owner = autoAccept === undefined ? {} : { autoAccept };
  if (media.mode !== "dynamic") return { media, owner, address: undefined };
  const { mode, codecs, address } = media;
  return { media: { mode, codecs }, owner, address };
}

/** How calls at a route point come to the application. */
export interface RouteTerminalOptions extends OwnerOptions {
  /** False: calls are offered, to be redirected, accepted or rejected, instead of being routed by a dialogue. Default: true, but with `autoAccept` false. */
  readonly routes?: boolean;
}
