/** What an error of the model's service means: ask again, or come to an end. Goes by status, type and headers, never by words. */

import {
  type AnthropicError,
  APIConnectionError,
  APIError,
  APIUserAbortError,
} from "@anthropic-ai/sdk/error";
import { type Ending, exhausted, failed } from "#adapters/anthropic/ending.ts";

type Trouble =
  /** `after`: milliseconds the service wants us to wait. `billed`: an answer had begun, or may have. */
  | { means: "ask again"; because: string; after: number | null; billed: boolean }
  | { means: "end"; ending: Ending };

export function troubleFrom(error: AnthropicError): Trouble {
  const because = error.message;
  if (error instanceof APIUserAbortError) return again("the model fell silent", { billed: true });
  if (error instanceof APIConnectionError) return again(because, { billed: false });
  if (!(error instanceof APIError)) return again(because, { billed: true });
  const ending = endingFor(error, `the model's service answered ${because}`);
  if (ending) return { means: "end", ending };
  return again(because, { after: retryAfter(error), billed: error.status === undefined });
}

function again(
  because: string,
  { after = null, billed }: { after?: number | null; billed: boolean },
): Trouble {
  return { means: "ask again", because, after, billed };
}

/** Types of errors that come inside a stream, by the status they would have had. */
const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
};

function endingFor(error: APIError, because: string): Ending | null {
  if (isSpendingCap(error)) return failed(because, "MODEL_SPENDING_CAP");
  switch (error.status ?? STATUS_OF[error.type ?? ""] ?? 500) {
    case 401:
    case 403:
      return failed(because, "MODEL_KEY_REFUSED");
    case 402:
      return failed(because, "MODEL_SPENDING_CAP");
    case 404:
      return failed(because, "MODEL_UNKNOWN");
    case 413:
      return exhausted(`the conversation outgrew the model: ${because}`);
    case 400:
    case 422:
      return failed(because);
    default:
      return null;
  }
}

/** A rate limit says when to come back. One that does not is a spending limit: asking again never helps. */
function isSpendingCap({ status, headers, type, errorCode }: APIError): boolean {
  if (errorCode?.endsWith("spend_limit_reached")) return true;
  return (
    status === 429 &&
    type === "rate_limit_error" &&
    !headers?.has("retry-after") &&
    !headers?.has("retry-after-ms") &&
    headers?.get("x-should-retry") !== "true"
  );
}

function retryAfter({ headers }: APIError): number | null {
  const milliseconds = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return milliseconds;
  const seconds = Number.parseFloat(headers?.get("retry-after") ?? "");
  return seconds >= 0 ? seconds * 1_000 : null;
}
