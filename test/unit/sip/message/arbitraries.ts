import fc from "fast-check";
import type { NameAddr, Params, SipUri, Via } from "../../../../src/sip/message/index.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const TOKEN_CHARACTERS = `${LETTERS}ABCXYZ0123456789-.!%*_+\`'~`;

const stringOf = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

/** Any octets. */
export const octets = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 200,
});

/** Pieces that matter to a parser, in any order: far more likely to get deep into one than octets are. */
export const grammarSoup = fc
  .array(
    fc.constantFrom(
      ...["sip:", "sips:", "tel:", "<", ">", '"', "\\", ";", ",", "=", "@", ":", "?", "[", "]", "%", "%41", "/", "*"],
      ...[
        " ",
        "\t",
        "\r\n",
        "\r\n ",
        "\r",
        "\n",
        "\0",
        "\xe9",
        "tag",
        "branch",
        "z9hG4bK",
        "SIP/2.0",
        "UDP",
        "1",
        "::1",
      ],
      ...["a", "Via: ", "v:", "Content-Length: ", "INVITE", "Digest ", "example.com", "99999999999", "lr", "expires"],
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(""));

export const token = stringOf(TOKEN_CHARACTERS, 1, 12);

/** Text without CR and LF, which no header can hold. */
export const printable = fc.string({
  unit: fc
    .integer({ min: 0, max: 255 })
    .filter((code) => code !== 10 && code !== 13)
    .map((code) => String.fromCharCode(code)),
  maxLength: 30,
});

const hostname = stringOf(`${LETTERS}0123456789-.`, 1, 20);
const ipv6 = fc.constantFrom("2001:db8::10", "::1", "::ffff:192.0.2.10", "fe80::1:2:3");
export const host = fc.oneof(hostname, fc.ipV4(), ipv6);
export const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });

const paramsOf = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<Params> =>
  fc
    .array(fc.tuple(name, fc.option(value, { nil: undefined })), { maxLength: 4 })
    .map((entries) => new Map(entries.map(([key, content]) => [key.toLowerCase(), content])));

export const headerParams = paramsOf(token, fc.oneof(token, printable));

const user = stringOf(`${LETTERS}0123456789-_.!~*'()&=+$,;?/`, 1, 12);
const password = fc.option(stringOf(`${LETTERS}0123456789-_.!~*'()&=+$,`, 0, 8), { nil: undefined });

const userInfo = fc.oneof(
  fc.record({ user, password }),
  fc.constant<{ user?: string; password?: string }>({ user: undefined, password: undefined } as object),
);

export const sipUri: fc.Arbitrary<SipUri> = fc
  .record({
    scheme: fc.constantFrom("sip", "sips"),
    host,
    port,
    params: paramsOf(
      fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom(..."ab=;% \xe9?") }),
      printableWord(),
    ),
    headers: fc.option(stringOf(`${LETTERS}=&%`, 1, 8), { nil: undefined }),
  })
  .chain((uri) => userInfo.map((info) => ({ ...uri, ...info, opaque: undefined })));

export const telUri: fc.Arbitrary<SipUri> = fc.record({
  scheme: fc.constant("tel"),
  user: stringOf("0123456789*#-.()", 1, 12),
  password: fc.constant(undefined),
  host: fc.constant(""),
  port: fc.constant(undefined),
  params: paramsOf(token, printableWord()),
  headers: fc.constant(undefined),
  opaque: fc.constant(undefined),
});

export const otherUri: fc.Arbitrary<SipUri> = fc.record({
  scheme: fc.constantFrom("http", "urn", "mailto", "im"),
  user: fc.constant(undefined),
  password: fc.constant(undefined),
  host: fc.constant(""),
  port: fc.constant(undefined),
  params: fc.constant(new Map<string, string | undefined>()),
  headers: fc.constant(undefined),
  opaque: stringOf(`${LETTERS}:/?;=@,%`, 1, 20),
});

/** Octets, at least one, of which a URI parameter may consist once they are escaped. */
function printableWord(): fc.Arbitrary<string> {
  return octets.filter((text) => text.length > 0);
}

export const nameAddr = (uri: fc.Arbitrary<string>): fc.Arbitrary<NameAddr> =>
  fc.record({ displayName: fc.option(printable, { nil: undefined }), uri, params: headerParams });

/** Without the members that `parseVia` takes from the parameters. */
export const via: fc.Arbitrary<Pick<Via, "version" | "protocol" | "host" | "port" | "params">> = fc.record({
  version: fc.constantFrom("SIP/2.0", "SIP/7.0", "XX/1"),
  protocol: fc.constantFrom("UDP", "TCP", "TLS", "WS", "SCTP", "UNKNOWN"),
  host,
  port,
  params: headerParams.map((params) => new Map([...params].filter(([name]) => name !== "rport"))),
});

/** Header names that are not Content-Length. */
export const headerName = fc.oneof(
  fc.constantFrom("Via", "v", "From", "Call-ID", "CSEQ", "X-Any", "Subject"),
  token.filter((name) => !/^(l|content-length)$/i.test(name)),
);

/** Trimmed text that may stand in a header. */
export const headerValue = printable.map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ""));
