/** What an answer used, read as it passes by the key. */

import { expect, test } from "vitest";
import { openMeter } from "#adapters/key-proxy/meter.ts";

test("the meter reads usage however the stream is cut into pieces, extra iterations included", () => {
  const events = [
    {
      type: "message_start",
      message: {
        usage: {
          ...{
            input_tokens: 7,
            cache_read_input_tokens: 100,
            output_tokens: 1,
            cache_creation_input_tokens: 50,
          },
          cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 },
        },
      },
    },
    { type: "content_block_delta", delta: { text: "naïve €" } },
    {
      type: "message_delta",
      usage: {
        output_tokens: 40,
        cache_read_input_tokens: null,
        iterations: [
          { type: "message", input_tokens: 7, output_tokens: 40 },
          { type: "compaction", input_tokens: 1_000, output_tokens: 60 },
        ],
      },
    },
  ];
  const bytes = Buffer.from(
    events.map((event) => `event: x\r\ndata: ${JSON.stringify(event)}\r\n\r\n`).join(""),
  );
  for (const size of [1, 3, 64, bytes.length]) {
    const meter = openMeter("text/event-stream; charset=utf-8");
    for (let at = 0; at < bytes.length; at += size) meter.hear(bytes.subarray(at, at + size));
    expect(meter.usage()).toEqual({
      inputTokens: 1_007,
      outputTokens: 100,
      cacheReadTokens: 100,
      cacheWriteTokens: 50,
      hourlyWriteTokens: 30,
    });
  }
});
