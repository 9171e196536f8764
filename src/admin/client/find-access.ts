import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { errorCodeOf, errorMessageOf, SwitchError } from "../../common/index.ts";
import { isLoopbackAddress, nodePaths } from "../../config/index.ts";
import type { RestAccess } from "./rest-client.ts";

/** A node of this host. */
export interface LocalNode {
  readonly dataDir: string;
  /** Where it listens, `ADDRESS:PORT`, as it says itself; absent: as its settings say. */
  readonly listening?: string;
}

/**
 * The REST interface of a node of this host, as its owner.
 * @throws {SwitchError} `no-admin` when its files are not there or cannot be read
 */
export function accessOfOwner(node: LocalNode): RestAccess {
  const token = readText(nodePaths(node.dataDir).adminTokenFile).trim();
  return { url: urlOfNode(node), authorization: `Bearer ${token}` };
}

/** Where a node of this host answers HTTP. @throws {SwitchError} `no-admin` */
export function urlOfNode({ dataDir, listening }: LocalNode): string {
  const [, address, port] = /^(.+):(\d{1,5})$/.exec(listening ?? "") ?? [];
  if (address !== undefined) return httpUrl(address, Number(port));
  const { nodeFile } = nodePaths(dataDir);
  const { http } = parseNodeFile(nodeFile);
  if (http === undefined) throw new SwitchError("no-admin", `${nodeFile} does not say where the node answers HTTP`);
  return httpUrl(http.address, http.port);
}

/**
 * The REST interface at `url`, as a user.
 * @throws {SwitchError} `bad-usage` for what is no address of an HTTP server
 */
export function accessOfUser(url: string, user: string, password: string): RestAccess {
  const parsed = parseHttpUrl(url);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return { url: parsed.origin, authorization };
}

/** True when what is sent to `url` may be read on its way. */
export function isInClear(url: string): boolean {
  const { protocol, hostname } = parseHttpUrl(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return protocol === "http:" && host !== "localhost" && !(isIP(host) !== 0 && isLoopbackAddress(host));
}

/** The address that leads to a listener: that of every interface leads to loopback. */
function httpUrl(address: string, port: number): string {
  const host = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function parseHttpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || !["", "/"].includes(url.pathname)) {
    throw new SwitchError("bad-usage", `${text} is no address such as http://127.0.0.1:8080`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new SwitchError("bad-usage", "the address names a user: name it with --user");
  }
  return url;
}

function parseNodeFile(path: string): { readonly http?: { readonly address: string; readonly port: number } } {
  try {
    return JSON.parse(readText(path)) as ReturnType<typeof parseNodeFile>;
  } catch (error) {
    if (error instanceof SwitchError) throw error;
    throw new SwitchError("no-admin", `${path} cannot be read: ${errorMessageOf(error)}`);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = errorCodeOf(error) === "ENOENT" ? "is not there" : `cannot be read: ${errorMessageOf(error)}`;
    throw new SwitchError("no-admin", `${path} ${reason}: does the node's admin service run?`);
  }
}
