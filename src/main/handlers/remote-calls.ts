/**
 * The calls that a line's own system knows: the snapshot that the events are laid over, and the end of one of them. Both need the key, so both are
 * main's. Every failure is logged, audited, and goes to the window as a sentence.
 */
import type { Handlers } from '../../contracts/ipc/ipc';
import type { Profile } from '../../contracts/profile/profile';
import { SNAPSHOT_LIMIT, type RemoteSnapshot } from '../../contracts/call/remote-call-schema';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import type { Keys } from '../keys/keys';
import type { Log } from '../base/log';
import type { ProfileStore } from '../profiles/profile-store';
import type { Sippet } from '../providers/sippet';
import { unknownProfile } from '../policy/policy';

/** A window gets no newer list than this, ms: the same answer serves all who ask within it. */
export const SNAPSHOT_FRESH_MS = 1_000;
/** How long to wait before the second and third try to end a call, ms. */
const END_RETRY_MS = [500, 1_500] as const;
/** A system that asks for a longer wait is not asked again: the agent is told, and decides. */
const LONGEST_END_WAIT_MS = 5_000;
/** More calls than this are not ended at the same time for one line. */
const MOST_ENDING = 8;

export interface RemoteCallPorts {
  readonly profiles: Pick<ProfileStore, 'find'>;
  readonly keys: Pick<Keys, 'active'>;
  readonly sippet: Pick<Sippet, 'listCalls' | 'endCall'>;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly log: Log;
}

/** Another try may find what this one did not. */
const isPassing = ({ reason }: Failure): boolean =>
  reason === 'provider-unreachable' || reason === 'rate-limited' || reason === 'not-ready';

export function createRemoteCallHandlers({
  profiles,
  keys,
  sippet,
  clock,
  audit,
  log,
}: RemoteCallPorts): Pick<Handlers, 'events.snapshot' | 'events.endCall'> {
  const lists = new Map<string, { readonly at: number; readonly outcome: Promise<Result<RemoteSnapshot>> }>();
  const ending = new Map<string, Promise<Result<null>>>();

  const line = (profileId: string): Result<Profile> => {
    const profile = profiles.find(profileId);
    if (profile === null) return unknownProfile(profileId);
    if (!profile.policy.purposes.includes('events'))
      return fail(
        'unknown-purpose',
        `The profile "${profile.name}" has no live events. An admin can allow that in its settings.`,
        'open-profiles',
      );
    return ok(profile);
  };

  const refused = (
    profileId: string,
    doing: 'list-calls' | 'end-call',
    failure: Failure,
  ): { readonly ok: false; readonly failure: Failure } => {
    log.warn(`${doing} of ${profileId} failed: ${failure.reason} ${failure.details ?? ''}`);
    audit({ what: 'refusal', profileId, purpose: doing, reason: failure.reason });
    return { ok: false, failure };
  };

  const list = async (profile: Profile): Promise<Result<RemoteSnapshot>> => {
    // Other systems send what they know with the join.
    if (profile.provider.kind !== 'sippet') return ok({ calls: [], canEnd: false });
    const key = await keys.active(profile.id);
    const listed = key.ok ? await sippet.listCalls(profile, key.value) : key;
    if (!listed.ok) return refused(profile.id, 'list-calls', listed.failure);
    // Of a list that is too long those under way go first: one that is not named counts as over.
    const calls = [...listed.value].sort(
      (one, other) => Number(one.status === 'completed') - Number(other.status === 'completed'),
    );
    return ok({ calls: calls.slice(0, SNAPSHOT_LIMIT), canEnd: true });
  };

  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));

  const end = async (profile: Profile, callUuid: string): Promise<Result<null>> => {
    if (profile.provider.kind !== 'sippet')
      return refused(
        profile.id,
        'end-call',
        fail('profile-invalid', `The system of "${profile.name}" ends no calls for us. Hang up on the phone itself.`)
          .failure,
      );
    for (let attempt = 0; ; attempt += 1) {
      const key = await keys.active(profile.id);
      const ended = key.ok ? await sippet.endCall(profile, key.value, callUuid) : key;
      if (ended.ok) {
        audit({ what: 'remote-call', profileId: profile.id, callUuid, change: 'ended' });
        return ok(null);
      }
      const failed = refused(profile.id, 'end-call', ended.failure);
      const wait = Math.max(END_RETRY_MS[attempt] ?? Infinity, ended.failure.retryAfterMs ?? 0);
      if (!isPassing(ended.failure) || wait > LONGEST_END_WAIT_MS) return failed;
      await pause(wait);
    }
  };

  return {
    'events.snapshot': ({ profileId }) => {
      const profile = line(profileId);
      if (!profile.ok) return refused(profileId, 'list-calls', profile.failure);
      const known = lists.get(profileId);
      if (known !== undefined && clock.monotonic() - known.at < SNAPSHOT_FRESH_MS) return known.outcome;
      const outcome = list(profile.value);
      lists.set(profileId, { at: clock.monotonic(), outcome });
      return outcome;
    },
    'events.endCall': ({ profileId, callUuid }) => {
      const profile = line(profileId);
      if (!profile.ok) return refused(profileId, 'end-call', profile.failure);
      const name = `${profileId} ${callUuid}`;
      const running = ending.get(name);
      if (running !== undefined) return running;
      if ([...ending.keys()].filter((each) => each.startsWith(`${profileId} `)).length >= MOST_ENDING) {
        return refused(
          profileId,
          'end-call',
          fail('rate-limited', 'Too many calls are being ended at once. Wait a moment and try again.', 'retry', {
            retryAfterMs: 1_000,
          }).failure,
        );
      }
      const outcome = end(profile.value, callUuid).finally(() => ending.delete(name));
      ending.set(name, outcome);
      return outcome;
    },
  };
}
