import assert from "node:assert/strict";
import fc from "fast-check";
import type { ChannelHandler, ChannelPeer } from "../../../src/common/index.ts";
import { handleCtiCommands } from "../../../src/main/service/cti-commands.ts";
import { handleCtiDevices } from "../../../src/main/service/cti-devices.ts";
import { DEFINITIONS, PARAMETERS } from "../../../src/protocol/generated/parameter-schemas.ts";
import { BOUNDS, isMethodName, validateParams, type CommandName } from "../../../src/protocol/index.ts";
import type { JsonSchema } from "../../../src/protocol/schema/json-schema.ts";
import {
  MAX_HEADER_NAME,
  MAX_HEADER_VALUE,
  MAX_MESSAGES,
  MAX_SIP_HEADERS,
  type CtiCommandReply,
  type CtiCommandRequest,
  type CtiDeviceReply,
  type CtiDeviceRequest,
} from "../../../src/signals/index.ts";
import { ControlFixture } from "../../support/control-fixture.ts";
import { valuesOf } from "../../support/schema-values.ts";
import type { Application } from "../../support/test-application.ts";

const ADDRESS_LENGTH = 45;
const LINE = `${"1".repeat(247)}@internal`;
/** As long as a number may be. */
const NUMBER = `sip:${"a".repeat(64)}@${"b".repeat(251)}`;
const LONGEST = fullSchema(PARAMETERS["device.close"]).properties?.["device"]?.const as string;
const PORT = LONGEST.replace("😀", "p");
const ROUTE_POINT = LONGEST.replace("😀", "r");
const OK: { ok: true; position: number } = { ok: true, position: 0 };
const ROUNDS = 40;

describe("bounds of what applications send", () => {
  let fixture: ControlFixture;
  let application: Application;
  let asked: (CtiCommandRequest | CtiDeviceRequest)[];
  beforeEach(async () => {
    fixture = await ControlFixture.start({
      devices: [
        { name: LONGEST, lines: [LINE.split("@")[0] ?? ""] },
        { name: PORT, kind: "cti-port", lines: ["2001"] },
        { name: ROUTE_POINT, kind: "route-point", lines: ["9000"] },
      ],
    });
    asked = [];
    const handlers = new Map<string, ChannelHandler>();
    const channel = { handle: (method: string, handler: ChannelHandler) => void handlers.set(method, handler) };
    const bus = { positionFor: () => fixture.callControl.position };
    const note = (request: CtiCommandRequest | CtiDeviceRequest): typeof OK => {
      asked.push(request);
      return OK;
    };
    handleCtiCommands(channel, { handle: (request) => Promise.resolve(note(request)) }, bus);
    handleCtiDevices(channel, { request: note }, bus);
    // As the channel has it: nothing but JSON comes through.
    const through = async (method: string, request: object): Promise<unknown> =>
      handlers.get(method)?.(JSON.parse(JSON.stringify(request)), {} as ChannelPeer);
    fixture.callControl.command = async (request) => (await through("cti-command", request)) as CtiCommandReply;
    fixture.callControl.device = async (request) => (await through("cti-device", request)) as CtiDeviceReply;
    application = fixture.open();
    await application.call("device.open", { device: PORT });
    await application.call("device.open", { device: ROUTE_POINT, routes: true });
  });
  afterEach(() => fixture.close());

  /** What the method's schema takes, about devices and lines that are there. */
  function longestOf(method: CommandName): readonly Record<string, unknown>[] {
    const schema = fullSchema(PARAMETERS[method]);
    const definitions = Object.fromEntries(Object.entries(DEFINITIONS).map(([name, one]) => [name, fullSchema(one)]));
    return fc.sample(valuesOf(schema, definitions), { numRuns: ROUNDS, seed: 1 }).map((value) => {
      const params = value as Record<string, unknown>;
      if (method.startsWith("route.")) params["device"] = ROUTE_POINT;
      const { destinations = [] } = params as { destinations?: Headed[] };
      for (const { headers } of [params as Headed, ...destinations]) nameAll(headers);
      if (method === "device.open" && params["media"] !== undefined) params["device"] = PORT;
      return params;
    });
  }

  it("given what call control counts of messages, when compared with the protocol, then it is the same", () => {
    assert.equal(BOUNDS.messages, MAX_MESSAGES);
  });

  it("given what call control takes of header fields, when compared with the protocol, then it is the same", () => {
    assert.deepEqual(
      [BOUNDS.headers, BOUNDS.headerName, BOUNDS.headerValue],
      [MAX_SIP_HEADERS, MAX_HEADER_NAME, MAX_HEADER_VALUE],
    );
  });

  const methods = Object.keys(PARAMETERS).filter(
    (method): method is CommandName =>
      isMethodName(method) && !/^(?:provider|events)\.|\.(?:get|list|close|speedDials|mediaQuality)$/.test(method),
  );
  for (const method of methods)
    it(`given parameters of ${method} that are as long as they may be, when they are sent, then call control takes them, too`, async () => {
      let taken = 0;
      for (const params of longestOf(method)) {
        assert.ok(validateParams(method, params).ok, JSON.stringify(params));
        const { meta = {}, ...rest } = params as { meta?: object };
        asked = [];
        const error = await application.call(method, rest, meta).catch((refused: unknown) => refused);
        taken += asked.length;
        if (!(error instanceof Error)) continue;
        const { code, facts } = error as { code?: string; facts?: { path?: string } };
        // What the schema cannot say is refused before call control is asked, and names what is wrong.
        const isNamed = code?.startsWith("validation-") === true && facts?.path !== undefined;
        assert.ok(isNamed || NOT_OF_THE_SCHEMA.has(code ?? ""), `${method} ${String(error)} ${JSON.stringify(params)}`);
        assert.equal(asked.length, 0);
      }
      assert.ok(taken > 0, `nothing of ${method} was asked of call control`);
    });
});

interface Headed {
  readonly headers?: readonly { name: string }[];
}

/** Names that are free, each of them once. */
function nameAll(headers: Headed["headers"] = []): void {
  for (const [at, header] of headers.entries()) header.name = `X-${String(at).padStart(BOUNDS.headerName - 2, "a")}`;
}

/** Kinds of devices do not take all. */
const NOT_OF_THE_SCHEMA: ReadonlySet<string> = new Set(["device-type", "media-on-phone", "not-found-device"]);

/** The same schema with texts that are as long as they may be, each character of two units. */
function fullSchema(schema: JsonSchema): JsonSchema {
  if (schema.$ref !== undefined || schema.enum !== undefined || schema.const !== undefined) return schema;
  const texts = schema.type === "string" || (Array.isArray(schema.type) && schema.type.includes("string"));
  if (texts && schema.pattern === undefined) return { const: textOf(schema) };
  const { properties, items, oneOf, uniqueItems, ...rest } = schema;
  const isUnique = uniqueItems === true;
  return {
    ...rest,
    ...(properties && { properties: mapped(properties) }),
    ...(items && { items: isUnique ? items : fullSchema(items) }),
    ...(isUnique && { uniqueItems }),
    ...(oneOf && { oneOf: oneOf.map(fullSchema) }),
    ...(schema.additionalProperties instanceof Object && { additionalProperties: { const: "😀".repeat(9) } }),
  };
}

function mapped(properties: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, fullSchema(one)]));
}

function textOf({ maxLength = 0 }: JsonSchema): string {
  switch (maxLength) {
    case BOUNDS.line:
      return LINE;
    case BOUNDS.number:
      return NUMBER;
    case BOUNDS.digits:
      return "1".repeat(maxLength);
    case ADDRESS_LENGTH:
      return "2001:db8::255.255.255.255";
    default:
      return "😀".repeat(maxLength);
  }
}
