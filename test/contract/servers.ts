/** The servers that the contract binds: the practice gateway and the lab's Kamailio. */
import { startGateway } from '../../src/gateway/index';
import { DEFAULT_TIMERS } from '../../src/gateway/response-context';
import { labProblem, startLab } from '../lab/lab';
import { mintToken, TEST_DOMAIN, TEST_KEY } from '../support/phones/test-tokens';
import { ANSWER_WITHIN_MS, type ServerKind } from './server-under-test';

const practice: ServerKind = {
  name: 'the practice gateway',
  problem: () => Promise.resolve(null),
  start: async () => {
    const started = await startGateway({
      port: 0,
      keys: { active: TEST_KEY },
      domain: TEST_DOMAIN,
      timers: { ...DEFAULT_TIMERS, answerMs: ANSWER_WITHIN_MS },
    });
    if (!started.ok) throw new Error(started.failure.sentence);
    const gateway = started.value;
    return {
      url: gateway.url,
      domain: gateway.domain,
      mint: mintToken,
      held: () => {
        const { calls, mediaPeers } = gateway.stats();
        return Promise.resolve(calls + mediaPeers);
      },
      close: gateway.close,
    };
  },
};

const kamailio: ServerKind = {
  name: 'Kamailio',
  problem: labProblem,
  start: async () => {
    const lab = await startLab({ answerWithinMs: ANSWER_WITHIN_MS });
    return {
      url: lab.url,
      domain: lab.domain,
      mint: lab.mint,
      held: async () => {
        const stats = await lab.kamailio.rpc('tm.stats');
        const count = (name: string): number => Number(new RegExp(`\\b${name}: (\\d+)`).exec(stats)?.[1]);
        // A transaction waits for repetitions after its end (RFC 3261 section 17.2.1).
        return (await lab.mediaSessions()) + count('current') - count('waiting');
      },
      close: lab.close,
    };
  },
};

/** Both of them; the expectations are the same. */
export const serverKinds: readonly ServerKind[] = [practice, kamailio];
