/** Calls that were refused because there were too many, told as one event however many they are. */
import type { Clock } from '../../base/clock';
import { callsRefused } from '../port/messages';
import type { EngineEvent } from '../port/user-agent';
import type { WhyRefused } from '../wire/invite-admission';

export interface RefusedCallsPorts {
  readonly clock: Clock;
  readonly tell: (event: EngineEvent) => void;
}

/** Refusals that follow each other within this time are told together, ms. */
const TOGETHER_MS = 60_000;

/** Answers with what is to be called at each refusal. */
export function createRefusedCalls({ clock, tell }: RefusedCallsPorts): (why: WhyRefused) => void {
  let began = 0;
  let last = Number.NEGATIVE_INFINITY;
  let count = 0;
  let reasons = new Set<WhyRefused>();
  return (why) => {
    const now = clock.now();
    if (now - last > TOGETHER_MS) {
      began = now;
      count = 0;
      reasons = new Set();
    }
    last = now;
    count += 1;
    reasons.add(why);
    tell(callsRefused(count, [...reasons], `refused-${began}`));
  };
}
