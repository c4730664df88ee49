/**
 * Main's half of [Test connection]: a mint past the line's rate, at a rate of its own, for a window that tries it beside the line in use. What was given
 * for a test is taken back when it ends, when the next one of that profile begins, or after a while.
 */
import { createHash } from 'node:crypto';
import type { ConnectionTest } from '../../contracts/profile/connection-test';
import type { Handlers } from '../../contracts/ipc/ipc';
import type { Purpose } from '../../contracts/policy/policy';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Broker, Trial } from './broker';
import type { Clock } from '../base/clock';
import type { GatewayRequests } from '../lockdown/gateway-requests';
import { unknownProfile } from '../policy/policy';
import type { ProfileStore } from '../profiles/profile-store';

/** So many tests of one profile within so many ms. */
export const MOST_TESTS = 5;
export const TESTS_WITHIN_MS = 15_000;
/** A window that says nothing more is done by then, ms. */
export const LONGEST_TEST_MS = 60_000;

export interface ConnectionTestPorts {
  readonly profiles: Pick<ProfileStore, 'find'>;
  readonly broker: Pick<Broker, 'trial'>;
  readonly requests: Pick<GatewayRequests, 'keepForTest' | 'forgetTest'>;
  /** What the profile's provider refused before is asked again. */
  readonly resetProvider: (profileId: string) => void;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  /** A UUID. */
  readonly newId: () => string;
  readonly audit: (entry: NewAuditEntry) => void;
}

export interface ConnectionTests {
  readonly handlers: Pick<Handlers, 'profiles.test' | 'profiles.testDone'>;
  /** The phone is locked, or its window gone. */
  readonly endAll: () => void;
}

/** What of a line is tried. */
export function testedPurpose({ policy }: Pick<Profile, 'policy'>): Purpose {
  return (['sip', 'events'] as const).find((purpose) => policy.purposes.includes(purpose)) ?? 'voice';
}

/** The instance-id of tests (RFC 5626 section 4.1): another one than the line's, and always the same, so that tests leave one binding at most. A UUID of version 5 (RFC 9562 section 5.5). */
export function testInstanceId(instanceId: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(instanceId.replaceAll('-', ''), 'hex'))
    .update('connection test')
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function createConnectionTests({
  profiles,
  broker,
  requests,
  resetProvider,
  clock,
  newId,
  audit,
}: ConnectionTestPorts): ConnectionTests {
  const running = new Map<string, { readonly profileId: string; readonly trial: Trial; readonly cancel: () => void }>();
  const begun = new Map<string, readonly number[]>();

  const end = (testId: string): void => {
    const test = running.get(testId);
    if (test === undefined) return;
    running.delete(testId);
    test.cancel();
    requests.forgetTest(testId);
    void test.trial.end();
  };
  const endThoseOf = (profileId: string): void => {
    for (const [testId, test] of [...running]) if (test.profileId === profileId) end(testId);
  };

  const admit = (id: string): Result<Profile> => {
    const profile = profiles.find(id);
    if (profile === null) return unknownProfile(id);
    const now = clock.monotonic();
    const recent = (begun.get(id) ?? []).filter((at) => now - at < TESTS_WITHIN_MS);
    begun.set(id, recent);
    const [oldest] = recent;
    if (recent.length >= MOST_TESTS && oldest !== undefined) {
      return fail(
        'rate-limited',
        `"${profile.name}" was tested ${MOST_TESTS} times within ${TESTS_WITHIN_MS / 1000} seconds. Wait a moment, then test again.`,
        'retry',
        { retryAfterMs: Math.ceil(oldest + TESTS_WITHIN_MS - now) },
      );
    }
    begun.set(id, [...recent, now]);
    return ok(profile);
  };

  const begin = async (profileId: string): Promise<Result<ConnectionTest>> => {
    const admitted = admit(profileId);
    if (!admitted.ok) {
      audit({ what: 'refusal', profileId, purpose: 'test', reason: admitted.failure.reason });
      return admitted;
    }
    endThoseOf(profileId);
    resetProvider(profileId);
    const purpose = testedPurpose(admitted.value);
    const tried = await broker.trial(profileId, purpose);
    if (!tried.ok) return tried;
    const testId = newId();
    const { token, fingerprint, issuedAt, expiresAt } = tried.value;
    const revocable = tried.value.grant;
    const grant =
      revocable?.purpose === 'sip' ? { ...revocable, instanceId: testInstanceId(revocable.instanceId) } : revocable;
    if (grant !== null) requests.keepForTest(testId, grant, token);
    running.set(testId, { profileId, trial: tried.value, cancel: clock.after(LONGEST_TEST_MS, () => end(testId)) });
    return ok({ testId, purpose, fingerprint, lifeS: (expiresAt - issuedAt) / 1000, grant });
  };

  return {
    handlers: {
      'profiles.test': ({ profileId }) => begin(profileId),
      'profiles.testDone': ({ testId }) => {
        end(testId);
        return ok(null);
      },
    },
    endAll: () => {
      for (const testId of [...running.keys()]) end(testId);
    },
  };
}
