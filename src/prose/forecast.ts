/** A forecast in words: what is about to start, and in the morning what came of it. Decides nothing. */

import type { Estimate, Forecast, Hindsight } from "#core/forecast.ts";
import { dollars } from "#prose/figures.ts";

/** One line of the log, before anything is spent. */
export function sayForecast({ attempts, expected, worst, learnt }: Forecast): string {
  const from =
    learnt === 0 ? "by kind: too little has ended here yet" : `from ${learnt} attempts that ended here`;
  return `forecast  ${counted(attempts)}: about ${said(expected)}, at most ${said(worst)} (${from})`;
}

/** A sentence of the morning. */
export function tellHindsight({ attempts, expected, worst, actual }: Hindsight): string {
  return `Forecast for ${counted(attempts)}: about ${said(expected)}, at most ${said(worst)}; used were ${said(actual)}.`;
}

function counted(attempts: number): string {
  return attempts === 1 ? "1 attempt" : `${attempts} attempts`;
}

function said({ usd, minutes }: Estimate): string {
  const whole = Math.ceil(minutes);
  return `${dollars(usd)} and ${whole} ${whole === 1 ? "minute" : "minutes"} of work`;
}
