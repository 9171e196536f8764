/** All of the SDK but `Provider`, whose way to open sockets depends on where it runs. */
export { CtiError, type ClientErrorCode, type CtiErrorEnvelope } from "./cti-error.ts";
export { type CommandOptions } from "./connection/commands.ts";
export { type Opened } from "./connection/open-params.ts";
export { type SdkClock, type SdkTimer } from "./connection/sdk-clock.ts";
export { type OpenSocket, type Socket, type SocketHandlers } from "./connection/socket.ts";
export { type Unsubscribe } from "./events/emitter.ts";
export { type StreamOptions } from "./events/event-stream.ts";
export {
  type EventsOfTypes,
  type LocalEvent,
  type ProviderEvent,
  type ProviderEventMap,
  type ProviderState,
  type UnknownEvent,
} from "./events/provider-events.ts";
export { type LeasedTerminal, type MediaTerminal, type RouteTerminal } from "./objects/leased-terminal.ts";
export type {
  Address,
  Call,
  CallControl,
  Connection,
  Done,
  MediaQuality,
  MediaQualityOptions,
  PickupOptions,
  RedirectOptions,
  DialOptions,
  RouteSession,
  MessageCounts,
  SpeedDial,
  TerminalActivity,
  Terminal,
  TerminalConnection,
  WaitOptions,
} from "./objects/nouns.ts";
export { type ProviderOptions } from "./objects/provider-options.ts";
export {
  type MediaAddressChooser,
  type MediaTerminalOptions,
  type OwnerOptions,
  type RouteTerminalOptions,
} from "./objects/terminal-options.ts";
export { type Watch } from "./objects/watch.ts";
export {
  basicConnectionState,
  basicTerminalConnectionState,
  type BasicConnectionState,
  type BasicTerminalConnectionState,
} from "./replica/basic-states.ts";
export type {
  CommandName,
  CallView,
  ConnectionState,
  ConnectionView,
  CtiEvent,
  DeviceView,
  DoNotDisturb,
  ErrorCode,
  EventType,
  ForwardingView,
  LineView,
  MediaQualityView,
  MediaRegistration,
  MediaView,
  MethodName,
  MethodParams,
  MethodResults,
  PartyView,
  ReportedQualityView,
  RouteDestination,
  RouteView,
  RtpAddress,
  TerminalConnectionState,
  Topic,
  UserData,
  Why,
} from "../protocol/index.ts";
