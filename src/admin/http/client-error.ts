import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { errorCodeOf } from "../../common/index.ts";
import { problemOf, PROBLEM_TYPE } from "../rest/problem/problem-document.ts";
import { RestError } from "../rest/problem/rest-error.ts";

/** Answers a request that Node could not read as HTTP, and ends its connection. */
export function answerClientError(error: Error, socket: Socket): void {
  if (errorCodeOf(error) === "ECONNRESET" || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy();
  const known = problemOf(error);
  const { document } = known.isOurs ? problemOf(new RestError("bad-request", "the request is not HTTP/1.1")) : known;
  const body = JSON.stringify(document);
  const lines = [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ""}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    "Connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
