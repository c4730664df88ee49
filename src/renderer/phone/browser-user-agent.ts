/** The UserAgent as the app runs it: the browser's WebSocket, clock and randomness, and JsSIP. */
import type { Microphone } from '../media/devices';
import { systemClock } from './clock';
import { createUserAgent, type UserAgentDeps } from './create-user-agent';
import { createJssipStack } from './jssip-stack';
import type { MicrophoneSource, UserAgent } from './user-agent';

export interface BrowserUserAgentOptions extends Pick<UserAgentDeps, 'grants' | 'onTrace'> {
  /** With `onChange`, live calls follow to another device by themselves (pulled, or chosen by the agent). */
  readonly microphone: MicrophoneSource & Partial<Pick<Microphone, 'onChange'>>;
  /** Of the app, for the User-Agent header; without it the header says `Ringfence`. */
  readonly version?: string;
}

/** Uniform in [0, 1), from the system's random source. */
function cryptoRandom(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value / 2 ** 32;
}

/** Creates the phone of one profile; nothing happens before `start`. */
export function createBrowserUserAgent({ grants, microphone, onTrace, version }: BrowserUserAgentOptions): UserAgent {
  const agent = createUserAgent({
    grants,
    microphone,
    WebSocket,
    createStack: createJssipStack,
    clock: systemClock,
    random: cryptoRandom,
    newId: () => crypto.randomUUID(),
    mark: (name, detail) => void performance.mark(name, { detail }),
    product: version === undefined ? 'Ringfence' : `Ringfence/${version}`,
    ...(onTrace === undefined ? {} : { onTrace }),
  });
  let letGo: () => void = () => undefined;
  return {
    ...agent,
    start: () => {
      letGo();
      const online = (): void => agent.reconnectNow();
      globalThis.addEventListener('online', online);
      const unsubscribe = microphone.onChange?.((stream) => {
        if (stream !== null) void agent.useMicrophone(stream);
      });
      letGo = () => {
        globalThis.removeEventListener('online', online);
        unsubscribe?.();
      };
      agent.start();
    },
    stop: async () => {
      letGo();
      await agent.stop();
    },
  };
}
