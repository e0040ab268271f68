/** One HTTP request through a door. Follows no redirect, trusts no length, never throws for what comes back. */

import { type IncomingMessage, type RequestOptions, request } from "node:http";
import type { Door } from "#adapters/witness/door.ts";
import type { WayOf } from "#core/milestone.ts";

/** Bytes of a body that are read; the rest stays unread. */
const MOST_BODY = 5_000_000;

export type Question = Pick<WayOf<"http">, "method" | "path" | "body">;

export type Answer = { status: number; text: string } | { trouble: string };

/** `port` is for the `Host` header only: the door decides where the request goes. */
export async function ask(
  door: Door,
  port: number,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  const { method, path, body } = question;
  const options: RequestOptions = {
    method,
    path: printable(path),
    headers: { host: `127.0.0.1:${port}`, connection: "close", ...headersOf(body) },
    signal,
    createConnection: (_options, give) => {
      door.connect(signal).then(
        (tunnel) => give(null, tunnel),
        (cause) => give(cause, undefined as never),
      );
      return undefined;
    },
  };
  try {
    const response = await answerTo(options, body);
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } catch (cause) {
    if (signal.aborted) return { trouble: "there was no answer in time" };
    return { trouble: `the connection broke: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}

function answerTo(options: RequestOptions, body: string | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(options, resolve).on("error", reject);
    if (body === null) asked.end();
    else asked.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part.subarray(0, MOST_BODY - size));
    size += part.length;
    if (size >= MOST_BODY) break;
  }
  return Buffer.concat(parts).toString("utf8");
}

/** What a request line cannot hold is escaped; all else is sent as it was written, `..` and `//` too. */
function printable(path: string): string {
  return path.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);
}

function headersOf(body: string | null): Record<string, string> {
  if (body === null) return {};
  const size = { "content-length": String(Buffer.byteLength(body)) };
  return { "content-type": kindOf(body), ...size };
}

function kindOf(body: string): string {
  try {
    JSON.parse(body);
    return "application/json";
  } catch {
    return /^[^\s=]+=\S*$/.test(body) ? "application/x-www-form-urlencoded" : "text/plain; charset=utf-8";
  }
}
