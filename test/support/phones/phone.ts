/** A phone for tests: the engine's real code with JsSIP, fed with what the test gives it. */
import type { MicrophoneFailure } from '../../../src/renderer/media/microphone-source';
import { systemClock, type Clock } from '../../../src/renderer/base/clock';
import { createUserAgent } from '../../../src/renderer/phone/agent/create-user-agent';
import type { WebSocketConstructor } from '../../../src/renderer/phone/wire/flow';
import { createJssipStack } from '../../../src/renderer/phone/jssip/jssip-stack';
import type { TraceEntry } from '../../../src/renderer/phone/wire/trace';
import type { EngineEvent, PhoneSnapshot, UpgradeAnswer, UserAgent } from '../../../src/renderer/phone/port/user-agent';
import type { Call } from '../../../src/contracts/call/call';
import type { Grant } from '../../../src/contracts/profile/grant';
import { ok, type Failure, type Result } from '../../../src/contracts/base/result';
import { asMediaStream, FakeStream, FakeTrack } from './fake-media';

export interface TestPhone {
  readonly agent: UserAgent;
  readonly events: EngineEvent[];
  readonly trace: TraceEntry[];
  readonly marks: { readonly name: string; readonly callId: string | undefined; readonly at: number }[];
  readonly grantsGiven: () => number;
  /** Main mints ahead of expiry. */
  readonly renew: (grant: Grant) => void;
  /** Main saw why a connect failed. */
  readonly connectRefused: (failure: Failure) => void;
  /** Main saw how a server answered the upgrade. */
  readonly upgradeAnswered: (answer: UpgradeAnswer) => void;
  readonly microphone: {
    failure: MicrophoneFailure['reason'] | null;
    readonly track: FakeTrack;
    readonly inUse: () => number;
    /** The system asks from now on, until the returned function allows. */ readonly ask: () => () => void;
  };
  /** Resolves with the first snapshot, now or later, for which `wanted` is true. */
  readonly until: (wanted: (snapshot: PhoneSnapshot) => boolean) => Promise<PhoneSnapshot>;
  readonly registered: () => Promise<PhoneSnapshot>;
  /** The newest call, once it is in this phase. */
  readonly call: (phase: Call['phase']) => Promise<Call>;
}

export interface TestPhoneOptions {
  readonly WebSocket: WebSocketConstructor;
  /** Called for each grant asked for. */
  readonly mint: () => Grant | Result<Grant> | Promise<Result<Grant>>;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** The line's rules for what it is redirected to; without it all is allowed. */
  readonly mayCall?: (target: string) => Promise<Result<unknown>>;
}

/** How long a test waits for a state before it says which state it saw instead. */
const WITHIN_MS = 4_000;

export function createTestPhone({
  WebSocket,
  mint,
  clock = systemClock,
  random = Math.random,
  mayCall,
}: TestPhoneOptions): TestPhone {
  const events: EngineEvent[] = [];
  const trace: TraceEntry[] = [];
  const marks: { name: string; callId: string | undefined; at: number }[] = [];
  const renewals = new Set<(grant: Grant) => void>();
  const refusals = new Set<(failure: Failure) => void>();
  const upgrades = new Set<(answer: UpgradeAnswer) => void>();
  const track = new FakeTrack();
  let given = 0;
  let used = 0;
  let permission: Promise<void> = Promise.resolve();
  let ids = 0;
  const microphone = {
    failure: null as MicrophoneFailure['reason'] | null,
    track,
    inUse: () => used,
    ask: () => {
      let allow = (): void => undefined;
      permission = new Promise<void>((resolve) => {
        allow = resolve;
      });
      return () => allow();
    },
  };
  const agent = createUserAgent({
    grants: {
      get: () => {
        given += 1;
        const minted = mint();
        if (minted instanceof Promise) return minted;
        return Promise.resolve('ok' in minted ? minted : ok(minted));
      },
      onRenewed: (listener) => {
        renewals.add(listener);
        return () => void renewals.delete(listener);
      },
      onConnectRefused: (listener) => {
        refusals.add(listener);
        return () => void refusals.delete(listener);
      },
      onUpgradeAnswered: (listener) => {
        upgrades.add(listener);
        return () => void upgrades.delete(listener);
      },
    },
    microphone: {
      acquire: () => {
        if (microphone.failure !== null) return Promise.resolve({ ok: false, failure: { reason: microphone.failure } });
        used += 1;
        return permission.then(() => ok(asMediaStream(new FakeStream([track]))));
      },
      release: () => {
        used -= 1;
      },
    },
    WebSocket,
    createStack: createJssipStack,
    clock,
    random,
    newId: () => {
      ids += 1;
      return `call-${ids}`;
    },
    mark: (name, { callId }) => marks.push({ name, callId, at: performance.now() }),
    product: 'Ringfence/test',
    onTrace: (entry) => trace.push(entry),
    ...(mayCall === undefined ? {} : { mayCall }),
  });
  agent.onEvent((event) => events.push(event));

  const until = (wanted: (snapshot: PhoneSnapshot) => boolean): Promise<PhoneSnapshot> =>
    new Promise((resolve, reject) => {
      const look = (): boolean => {
        const snapshot = agent.snapshot();
        if (!wanted(snapshot)) return false;
        unsubscribe();
        clearTimeout(timer);
        resolve(snapshot);
        return true;
      };
      const timer = setTimeout(() => {
        unsubscribe();
        reject(new Error(`waited in vain; the phone shows ${JSON.stringify(agent.snapshot())}`));
      }, WITHIN_MS);
      const unsubscribe = agent.subscribe(() => void look());
      look();
    });
  return {
    agent,
    events,
    trace,
    marks,
    grantsGiven: () => given,
    renew: (grant) => {
      for (const listener of [...renewals]) listener(grant);
    },
    connectRefused: (failure) => {
      for (const listener of [...refusals]) listener(failure);
    },
    upgradeAnswered: (answer) => {
      for (const listener of [...upgrades]) listener(answer);
    },
    microphone,
    until,
    registered: () => until((snapshot) => snapshot.registration.phase === 'registered'),
    call: async (phase) => {
      const snapshot = await until(({ calls }) => calls.at(-1)?.phase === phase);
      const call = snapshot.calls.at(-1);
      if (call === undefined) throw new Error('no call');
      return call;
    },
  };
}
