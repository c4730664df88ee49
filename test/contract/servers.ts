/** The servers that the contract binds: the practice gateway, the lab's Kamailio, and the lab's Asterisk with what it takes upon itself. */
import { startGateway } from '../../src/gateway/index';
import { DEFAULT_TIMERS } from '../../src/gateway/response-context';
import { randomBytes } from 'node:crypto';
import { startAsterisk } from '../lab/asterisk/asterisk';
import { ANSWER, OFFER } from '../lab/asterisk/asterisk-client';
import { asteriskProblem } from '../lab/asterisk/asterisk-needs';
import { labProblem, startLab } from '../lab/lab';
import { mintToken, TEST_DOMAIN, TEST_KEY } from '../support/phones/test-tokens';
import { ANSWER_WITHIN_MS, PROXY_NUMBERS, UNREAD_SDP, type Duty, type ServerKind } from './server-under-test';

/** What a proxy of ours has: all but digest. */
const ALL: readonly Duty[] = [
  'token-upgrade',
  'identity',
  'token-life',
  'call-limits',
  'own-domain',
  'outbound',
  'end-to-end',
  'ringing',
];
const TOKENS = { password: null, user: null, sdp: UNREAD_SDP } as const;

const practice: ServerKind = {
  name: 'the practice gateway',
  duties: ALL,
  numbers: PROXY_NUMBERS,
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
      ...TOKENS,
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
  duties: ALL,
  numbers: PROXY_NUMBERS,
  problem: labProblem,
  start: async () => {
    const lab = await startLab({ answerWithinMs: ANSWER_WITHIN_MS });
    return {
      url: lab.url,
      domain: lab.domain,
      mint: lab.mint,
      ...TOKENS,
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

/** The users of one run of the suite. */
const USERS = Array.from({ length: 200 }, (_, n) => String(5001 + n));
/** It speaks Q.850 causes between its two sides (chan_pjsip, `hangup_cause2sip`): what has none of its own becomes another status. */
const ASTERISK_PASSES = new Map([
  [600, 486],
  [603, 403],
]);

const asterisk: ServerKind = {
  name: 'Asterisk',
  duties: ['digest', 'identity', 'ringing'],
  // It rounds what is left of a binding down. Who calls is found by From: another name is another user, whose password is asked for. A user
  // has its own bindings and sees no other.
  numbers: {
    grants: (seconds) => seconds - 1,
    identity: 401,
    foreignBinding: 404,
    passes: (status) => ASTERISK_PASSES.get(status) ?? status,
  },
  problem: asteriskProblem,
  start: async () => {
    const lab = await startAsterisk({ users: ['7001', ...USERS], bob: null, answerWithinS: ANSWER_WITHIN_MS / 1000 });
    let users = 0;
    const passwords = new Map<string, string>();
    return {
      url: lab.url,
      domain: lab.domain,
      mint: () => {
        throw new Error('Asterisk takes no token');
      },
      password: async (user, keep) => {
        const present = passwords.get(user);
        if (keep !== undefined && present !== undefined) return present;
        const password = randomBytes(16).toString('hex');
        passwords.set(user, password);
        await lab.setPassword(user, password);
        return password;
      },
      user: () => {
        users += 1;
        const user = USERS[users - 1];
        if (user === undefined) throw new Error('more users than the lab has');
        return user;
      },
      sdp: { offer: OFFER, answer: ANSWER.body },
      held: async () => (await lab.channels()).length,
      close: lab.close,
    };
  },
};

/** All of them; the expectations are the same where two have the same duty. */
export const serverKinds: readonly ServerKind[] = [practice, kamailio, asterisk];
