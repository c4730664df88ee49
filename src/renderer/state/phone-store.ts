/** The phone of the profile in use: one UserAgent at a time, and what it shows. */
import type { Call, CallId } from '../../contracts/call/call';
import type { CallCommand } from '../../contracts/call/call-command';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { Profile } from '../../contracts/profile/profile';
import { fail, type Result } from '../../contracts/base/result';
import { staysWhenEnded } from './call-views';
import type { EngineEvent, PhoneSnapshot, Sound, UserAgent } from '../phone/port/user-agent';
import { createListeners, createStore, type Store, type WritableStore } from '../base/store';

/** The snapshot while no profile is in use. */
export const NO_PHONE: PhoneSnapshot = {
  registration: { phase: 'offline' },
  calls: [],
  activeCallId: null,
  grant: null,
};

const NO_SOUNDS: readonly Sound[] = [];

/** So many calls of lines that were left wait to be put away at most, the newest. */
const MOST_KEPT = 100;

/** What the UserAgent does, for whichever one is in use; without one nothing happens. */
type Verbs = Pick<UserAgent, 'reconnectNow' | 'networkChanged' | 'useMicrophone' | 'remoteStream' | 'stats'>;

export interface PhoneStore extends Store<PhoneSnapshot>, Verbs {
  /** Stops the phone of the profile before and starts this one's. A profile whose settings are unchanged keeps its phone. */
  readonly use: (profile: Profile | null) => Promise<void>;
  /** What is to be played. */
  readonly sounds: Store<readonly Sound[]>;
  /** Does it with a call of the line in use, or puts away one of a line before. */
  readonly act: (id: CallId, command: CallCommand) => void;
  /** Dials what the agent typed and remembers it for recall. */
  readonly place: (typed: string) => Promise<Result<CallId>>;
  /** A sentence about the call that was just placed or ended, until it is read; or null. */
  readonly notice: WritableStore<string | null>;
  /** What was dialled last in this run, or ''. Never written to disk. */
  readonly lastDialled: () => string;
}

export interface PhoneStoreParts {
  readonly createUserAgent: (profile: Profile) => UserAgent;
  /** Whether this line may call what was typed, and what is to be said about it. */
  readonly authorize: (
    profileId: string,
    typed: string,
  ) => Promise<Result<{ readonly notice: string | null; readonly emergency: boolean }>>;
  readonly onEvent: (event: EngineEvent) => void;
}

interface Running {
  readonly profile: Profile;
  readonly userAgent: UserAgent;
  readonly letGo: () => void;
}

/**
 * What a phone is made from; a change of name or colour needs no new registration, nor does one of the policy: main acts on it. The Practice
 * line's URL is found anew at each start and comes with each grant.
 */
const wiring = (profile: Profile): string =>
  JSON.stringify({
    ...profile,
    name: '',
    environment: '',
    policy: profile.policy.purposes,
    ...(profile.id === PRACTICE_PROFILE_ID ? { gatewayUrl: '' } : {}),
  });

/** Makes the store, with no phone in it. */
export function createPhoneStore({ createUserAgent, authorize, onEvent }: PhoneStoreParts): PhoneStore {
  const listeners = createListeners();
  const soundListeners = createListeners();
  let running: Running | null = null;
  let wanted: Profile | null = null;
  let changing: Promise<void> | null = null;
  let lastDialled = '';
  const notice = createStore<string | null>(null);
  /** Of the lines before this one: missed and failed calls that nobody has put away yet. */
  let kept: readonly Call[] = [];
  let shown: { readonly of: PhoneSnapshot; readonly kept: readonly Call[]; readonly snapshot: PhoneSnapshot } | null =
    null;
  function snapshot(): PhoneSnapshot {
    const of = running?.userAgent.snapshot() ?? NO_PHONE;
    if (kept.length === 0) return of;
    if (shown?.of !== of || shown.kept !== kept)
      shown = { of, kept, snapshot: { ...of, calls: [...kept, ...of.calls] } };
    return shown.snapshot;
  }

  const same = (one: Profile | null, other: Profile | null): boolean =>
    one === null || other === null ? one === other : wiring(one) === wiring(other);

  function begin(profile: Profile): void {
    const userAgent = createUserAgent(profile);
    const ends = [
      userAgent.subscribe(listeners.tell),
      userAgent.onSounds(soundListeners.tell),
      userAgent.onEvent(onEvent),
    ];
    running = {
      profile,
      userAgent,
      letGo: () => {
        for (const end of ends) end();
      },
    };
    userAgent.start();
    listeners.tell();
  }

  // Profiles may change again while the phone before is still saying goodbye: only the last wish counts.
  async function settle(): Promise<void> {
    while (!same(running?.profile ?? null, wanted)) {
      if (running !== null) {
        const leaving = running;
        kept = snapshot().calls.filter(staysWhenEnded).slice(-MOST_KEPT);
        running = null;
        listeners.tell();
        soundListeners.tell();
        await leaving.userAgent.stop();
        leaving.letGo();
      }
      if (wanted !== null) begin(wanted);
    }
  }
  const agent = (): UserAgent | null => running?.userAgent ?? null;

  return {
    get: snapshot,
    subscribe: listeners.add,
    sounds: { get: () => agent()?.sounds() ?? NO_SOUNDS, subscribe: soundListeners.add },
    use: (profile) => {
      wanted = profile;
      changing ??= settle().finally(() => {
        changing = null;
      });
      return changing;
    },
    place: async (typed) => {
      // A call to an assistant is placed without a number.
      if (typed.trim() !== '') lastDialled = typed.trim();
      const userAgent = agent();
      if (userAgent === null)
        return fail('unknown-profile', 'No line is in use: choose one at the top.', 'open-profiles');
      notice.set(null);
      const permission = authorize(running?.profile.id ?? '', typed);
      void permission.then((result) => result.ok && result.value.notice !== null && notice.set(result.value.notice));
      const placed = await userAgent.place(typed, permission);
      // A call to a person calls him back.
      const called = placed.ok ? userAgent.snapshot().calls.find(({ id }) => id === placed.value) : undefined;
      if (called !== undefined && kept.some(({ peer }) => peer.uri === called.peer.uri)) {
        kept = kept.filter(({ peer }) => peer.uri !== called.peer.uri);
        listeners.tell();
      }
      return placed;
    },
    notice,
    lastDialled: () => lastDialled,
    reconnectNow: () => agent()?.reconnectNow(),
    networkChanged: (change) => agent()?.networkChanged(change),
    act: (id, command) => {
      const others = command.verb === 'dismiss' ? kept.filter((call) => call.id !== id) : kept;
      if (others.length === kept.length) agent()?.act(id, command);
      else {
        kept = others;
        listeners.tell();
      }
    },
    useMicrophone: async (stream) => {
      await agent()?.useMicrophone(stream);
    },
    remoteStream: (id) => agent()?.remoteStream(id) ?? null,
    stats: async (id) => (await agent()?.stats(id)) ?? null,
  };
}
