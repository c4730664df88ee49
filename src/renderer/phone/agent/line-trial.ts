/**
 * Tries a line once, beside the one in use: open the flow, REGISTER, OPTIONS; then unregisters and closes. The parts are the phone's own, without its
 * patience: each step is tried once, and what ends it is told. It takes no calls: a caller who finds it hears 486, before anything rings.
 */
import type { Grant } from '../../../contracts/profile/grant';
import { fail, ok, type Failure, type Result } from '../../../contracts/base/result';
import { judgeRegister } from '../registration/register-verdict';
import { createSipSocket } from '../wire/sip-socket';
import type { RegisterAnswer, SessionListener, SipStack } from '../port/sip-stack';
import { optionsProbe, peek, type WireMessage } from '../wire/sip-wire';
import type { UserAgentDeps } from './create-user-agent';
import { identityParts } from '../../../contracts/profile/identity';

export type TrialStep = 'open' | 'register' | 'options';

export interface TrialPorts {
  /** A step begins. */
  readonly onBegin: (step: TrialStep) => void;
  /** It ended; the value says what came of it. After a failure no other step begins. */
  readonly onEnd: (step: TrialStep, outcome: Result<string>) => void;
  /** What main saw of the connect; null: nothing, within a moment. */
  readonly mainsWord: () => Promise<Failure | null>;
}

export type TrialDeps = Pick<UserAgentDeps, 'WebSocket' | 'createStack' | 'clock' | 'random' | 'product'>;

export interface LineTrial {
  /** Resolves when all is closed again. */
  readonly done: Promise<void>;
  /** Ends early; no step is told any more. */
  readonly stop: () => void;
}

/** Milliseconds. */
const OPEN_WITHIN = 5_000;
const REGISTER_WITHIN = 8_000;
const OPTIONS_WITHIN = 5_000;
const GOODBYE_WITHIN = 2_000;

const NO_SESSION: SessionListener = {
  onProgress: () => undefined,
  onAnswered: () => undefined,
  onPeerHold: () => undefined,
  onPeerOffer: () => undefined,
  onDialogDoubt: () => undefined,
  onReofferDone: () => undefined,
  onDigitFailed: () => undefined,
  onRemoteStream: () => undefined,
  onIceState: () => undefined,
  onRetried: () => undefined,
  onEnded: () => undefined,
};

const hostOf = (url: string): string => new URL(url).host;
const late: RegisterAnswer = { status: 408, phrase: 'Request Timeout', expiresS: 0, challenges: [], date: null };

const MEANING = {
  'token-refused': { reason: 'provider-refused', action: 'open-keys' },
  'clock-skewed': { reason: 'clock-skewed', action: 'check-clock' },
  'registration-refused': { reason: 'gateway-unavailable', action: 'retry' },
} as const;

/** What a REGISTER's answer means at `now` (ms since the epoch): the phone's own verdict, where nothing is tried again. */
export function registerOutcome(answer: RegisterAnswer | 'lost', grant: Grant, now: number): Result<string> {
  if (answer === 'lost')
    return fail(
      'gateway-unavailable',
      'The gateway closed the connection when it was asked to register this line.',
      'retry',
    );
  const verdict = judgeRegister(answer, { grant, now, tokenRetried: true, toProxy: true });
  if (verdict.kind === 'accepted')
    return ok(`as ${identityParts(grant.identity).user}, for ${Math.round(verdict.lifeMs / 1000)} s`);
  if (verdict.kind !== 'problem') throw new Error(`nothing is tried again here: ${verdict.kind}`);
  const { reason, action } = MEANING[verdict.problem];
  return fail(reason, verdict.sentence, action, { details: `${answer.status} ${answer.phrase}`.trim() });
}

/** Begins at once. */
export function tryLine(grant: Grant, deps: TrialDeps, ports: TrialPorts): LineTrial {
  const { clock } = deps;
  let stack: SipStack | null = null;
  let stopped = false;
  let heard: {
    readonly register: (answer: RegisterAnswer | 'lost') => void;
    readonly options: (answer: WireMessage | null) => void;
  } = { register: () => undefined, options: () => undefined };
  const token = Math.floor(deps.random() * 0xffffffff).toString(36);

  const socket = createSipSocket(
    { WebSocket: deps.WebSocket, clock, random: deps.random, trace: () => undefined },
    {
      onMessage: (text) => {
        const message = peek(text);
        if (message?.kind === 'response' && message.callId === `test-${token}`) heard.options(message);
        else stack?.receive(text);
      },
      onLost: () => {
        heard.register('lost');
        heard.options(null);
      },
      onStranded: () => undefined,
      onRequestSent: () => undefined,
    },
  );
  /** The answer, or `otherwise` when it takes longer than `ms`. */
  const within = <T>(ms: number, otherwise: T, ask: (hear: (answer: T) => void) => void): Promise<T> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, () => resolve(otherwise));
      ask((answer) => {
        cancel();
        resolve(answer);
      });
    });

  const open = async (): Promise<Result<string>> => {
    if (await socket.connect(grant, OPEN_WITHIN)) return ok(hostOf(grant.url));
    const told = await ports.mainsWord();
    return told === null
      ? fail(
          'gateway-unavailable',
          `Nothing answers at ${hostOf(grant.url)} as a SIP gateway over WebSocket. Check the profile's gateway, and that it runs.`,
          'open-profiles',
        )
      : { ok: false, failure: told };
  };
  const register = async (): Promise<Result<string>> => {
    const made = deps.createStack(
      {
        identity: grant.identity,
        displayName: grant.displayName,
        instanceId: grant.instanceId,
        url: grant.url,
        product: deps.product,
        ice: { hasTurn: false, gatewayOnThisComputer: false },
        iceServers: [],
        clock,
      },
      {
        send: socket.send,
        onRegisterAnswer: (answer) => heard.register(answer),
        onInviteRefused: () => null,
        onInvite: () => null,
        onRepair: () => undefined,
        onReferral: () => undefined,
        onRedirected: () => Promise.resolve({ refused: 'forbidden', sentence: 'A test calls nobody.' }),
        onIncoming: (session) => {
          session.end(486);
          return NO_SESSION;
        },
      },
    );
    stack = made;
    socket.present(grant);
    made.useCredentials(grant.presentation.kind === 'digest' ? grant.presentation : null);
    const answer = await within<RegisterAnswer | 'lost'>(REGISTER_WITHIN, late, (hear) => {
      heard = { ...heard, register: hear };
      made.register();
    });
    return registerOutcome(answer, grant, clock.now());
  };
  const options = async (): Promise<Result<string>> => {
    const answer = await within<WireMessage | null>(OPTIONS_WITHIN, null, (hear) => {
      heard = { ...heard, options: hear };
      socket.send(
        optionsProbe({
          identity: grant.identity,
          transport: grant.url.startsWith('wss:') ? 'WSS' : 'WS',
          token,
          sequence: 1,
          name: 'test',
        }),
      );
    });
    // Any answer is a sign of life: many gateways answer 404 or 405 to what asks nothing of them.
    return answer === null
      ? fail(
          'gateway-unavailable',
          'The gateway does not answer OPTIONS, so a connection that died would not be noticed in time. Let it answer them.',
          'retry',
        )
      : ok(`${answer.status} ${answer.phrase}`.trim());
  };

  const run = async (): Promise<void> => {
    for (const [step, work] of [
      ['open', open],
      ['register', register],
      ['options', options],
    ] as const) {
      if (hasStopped()) break;
      ports.onBegin(step);
      const outcome = await work();
      if (hasStopped()) break;
      ports.onEnd(step, outcome);
      if (!outcome.ok) break;
    }
    stack?.unregister();
    if (socket.isUp()) await within<null>(GOODBYE_WITHIN, null, (hear) => void socket.quiet().then(() => hear(null)));
    socket.close();
    stack?.stop();
  };
  const hasStopped = (): boolean => stopped;

  return {
    done: run(),
    stop: () => {
      stopped = true;
      heard.register('lost');
      heard.options(null);
      if (!socket.isUp()) socket.close();
    },
  };
}
