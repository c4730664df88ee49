/** The UserAgent as the app runs it: the browser's WebSocket, clock and randomness, and JsSIP. */
import { systemClock } from '../../base/clock';
import { createUserAgent, type UserAgentDeps } from './create-user-agent';
import { createJssipStack } from '../jssip/jssip-stack';
import { tryLine, type LineTrial, type TrialPorts } from './line-trial';
import type { Grant } from '../../../contracts/profile/grant';
import type { UserAgent } from '../port/user-agent';

export interface BrowserUserAgentOptions extends Pick<UserAgentDeps, 'grants' | 'microphone' | 'mayCall' | 'onTrace'> {
  /** Of the app, for the User-Agent header; without it the header says `Ringfence`. */
  readonly version?: string;
}

/** Of one name, for those who measure. */
const MARKS_KEPT = 50;

/** Uniform in [0, 1), from the system's random source. */
function cryptoRandom(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value / 2 ** 32;
}

/** Creates the phone of one profile; nothing happens before `start`. Device changes and `online` are the composition root's to pass on. */
export function createBrowserUserAgent({
  grants,
  microphone,
  mayCall,
  onTrace,
  version,
}: BrowserUserAgentOptions): UserAgent {
  return createUserAgent({
    grants,
    microphone,
    WebSocket,
    createStack: createJssipStack,
    clock: systemClock,
    random: cryptoRandom,
    newId: () => crypto.randomUUID(),
    mark: (name, detail) => {
      // An agent calls all day: the browser keeps every mark until it is told not to.
      if (performance.getEntriesByName(name, 'mark').length >= MARKS_KEPT) performance.clearMarks(name);
      performance.mark(name, { detail });
    },
    product: version === undefined ? 'Ringfence' : `Ringfence/${version}`,
    ...(mayCall === undefined ? {} : { mayCall }),
    ...(onTrace === undefined ? {} : { onTrace }),
  });
}

/** Tries a line beside the one in use. Begins at once. */
export function tryBrowserLine(grant: Grant, ports: TrialPorts): LineTrial {
  return tryLine(
    grant,
    { WebSocket, createStack: createJssipStack, clock: systemClock, random: cryptoRandom, product: 'Ringfence' },
    ports,
  );
}
