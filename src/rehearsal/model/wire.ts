/** Puts a reply of the scripted model on a connection, whole or with the mishap it is scripted to suffer. Decides nothing. */

import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { documentOf, errorFrame, type Frame, framesOf, pingFrame } from "#rehearsal/model/answer.ts";
import type { Mishap, Reply } from "#rehearsal/model/player.ts";

/** Milliseconds between the pings of a stalled stream. */
const PING_EVERY = 50;

export async function transmit(reply: Reply, response: ServerResponse): Promise<void> {
  switch (reply.reply) {
    case "refused": {
      const { status, type, message, code, retryAfter, headers = {} } = reply;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (retryAfter !== undefined) response.setHeader("retry-after", String(retryAfter));
      const details = code === undefined ? {} : { details: { error_code: code } };
      return sendJson(response, status, { type: "error", error: { type, message, ...details } });
    }
    case "counted":
      return sendJson(response, 200, { input_tokens: reply.tokens });
    case "answered": {
      if (!reply.streamed && reply.mishap) return void response.destroy();
      if (!reply.streamed) return sendJson(response, 200, documentOf(reply.answer));
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      return stream(framesOf(reply.answer), reply.mishap, response);
    }
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function stream(frames: Frame[], mishap: Mishap | null, response: ServerResponse): Promise<void> {
  const opening = frames.slice(0, 1);
  if (mishap === null) {
    response.end(bytesOf(frames));
  } else if ("error" in mishap) {
    response.end(bytesOf([...opening, errorFrame(mishap.error, mishap.message ?? "scripted")]));
  } else if ("stall" in mishap) {
    await stall(response, bytesOf(opening), mishap.stall);
  } else if (mishap.cut === "afterTool") {
    response.end(bytesOf(until(frames, "afterTool")));
  } else {
    const { cut } = mishap;
    sever(response, cut === "midTool" ? bytesOf(until(frames, cut)) : bytesOf(frames).subarray(0, cut));
  }
}

function until(frames: Frame[], mark: "midTool" | "afterTool"): Frame[] {
  return frames.slice(0, frames.findIndex((frame) => frame.mark === mark) + 1);
}

function bytesOf(frames: readonly Frame[]): Buffer {
  return Buffer.from(frames.map(({ text }) => text).join(""));
}

/** Sends what there is, then breaks the connection without a word. */
function sever(response: ServerResponse, sent: Buffer): void {
  response.flushHeaders();
  if (sent.length === 0) response.destroy();
  else response.write(sent, () => response.destroy());
}

async function stall(response: ServerResponse, opening: Buffer, seconds: number): Promise<void> {
  response.write(opening);
  for (let waited = 0; waited < seconds * 1_000 && !response.destroyed; waited += PING_EVERY) {
    response.write(pingFrame().text);
    await sleep(PING_EVERY);
  }
  response.destroy();
}
