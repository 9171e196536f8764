/**
 * SIP messages as values: parser, serializer, URIs, headers, validation. Pure: no I/O, no clock, no state.
 * All text has one character per octet (latin1); UTF-8 passes through as its octets. Parsers never throw.
 */
export { type ParseResult } from "./parse-result.ts";
export { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from "./message-limits.ts";
export { type MessageResult, parseSipMessage } from "./parse-sip-message.ts";
export { type HeaderField, type SipMessage } from "./sip-message.ts";
export { type FieldToWrite, formatRequest, formatResponse } from "./format-message.ts";
export { replaceTopVia } from "./replace-top-via.ts";
export { removeTopVia } from "./remove-top-via.ts";
export { canonicalName, displayName } from "./header-names.ts";
export { reasonPhrase } from "./reason-phrases.ts";
export { validateRequest } from "./validate-request.ts";
export { validateResponse } from "./validate-response.ts";
export { type Validity } from "./validate-message.ts";

export { parseUri, type SipUri } from "./uri/uri.ts";
export { formatUri } from "./uri/format-uri.ts";
export { escapeUser, unescapeUser } from "./uri/escape.ts";
export { formatHost } from "./uri/host-port.ts";

export { formatNameAddr, type NameAddr, parseNameAddr } from "./header/name-addr.ts";
export { parseNameAddrList } from "./header/name-addr-list.ts";
export { tagOf } from "./header/tag-of.ts";
export { formatVia, isRfc3261Branch, parseVia, type Via } from "./header/via.ts";
export { type CSeq, parseCSeq } from "./header/cseq.ts";
export { parseTokenList } from "./header/token-list.ts";
export { type Authorization, formatAuthenticate, parseAuthorization } from "./header/authorization.ts";
export { parseRAck, type RAck } from "./header/rack.ts";
export { parseSessionExpires, type SessionExpires } from "./header/session-expires.ts";
export { parseReplaces, type Replaces } from "./header/replaces.ts";
export { type Diversion, formatDiversion, parseDiversion } from "./header/diversion.ts";
export { formatHistoryInfo, type HistoryEntry, parseHistoryInfo } from "./header/history-info.ts";
export { parseReason, type Reason } from "./header/reason.ts";

export { type Params } from "./grammar/params.ts";
export { parseContentLength, parseDigits } from "./grammar/digits.ts";
export { quote } from "./grammar/quoted-string.ts";
export { splitList } from "./grammar/split-list.ts";
export { isValidHeaderValue } from "./grammar/header-value.ts";
