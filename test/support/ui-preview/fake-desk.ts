/** The admin's desk without a main process: tests that pass or fail by the line's name, an import with every outcome, a long audit log. */
import type { AuditEntry } from '../../../src/contracts/audit/audit';
import type { AuditQuery } from '../../../src/contracts/audit/audit-query';
import type { Grant } from '../../../src/contracts/profile/grant';
import type { ImportPreview } from '../../../src/contracts/profile/profile-transfer';
import { fail, ok } from '../../../src/contracts/base/result';
import type { LineTrial, TrialPorts } from '../../../src/renderer/phone/agent/line-trial';

const TEST_ID = '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11';
const at = (index: number): string => new Date(Date.parse('2026-11-21T16:00:00Z') - index * 37_000).toISOString();

const LOG: readonly AuditEntry[] = Array.from({ length: 5_000 }, (_, index): AuditEntry => {
  if (index % 11 === 3)
    return { what: 'refusal', at: at(index), profileId: 'staging', purpose: 'sip', reason: 'provider-refused' };
  if (index % 29 === 5)
    return {
      what: 'refusal',
      at: at(index),
      profileId: '',
      purpose: 'ipc',
      reason: 'invalid-input',
      channel: 'keys.remove',
      count: 412,
    };
  if (index % 17 === 4)
    return {
      what: 'key',
      at: at(index),
      profileId: 'production',
      slot: 'next',
      change: 'added',
      fingerprint: 'e07c1b95',
    };
  if (index % 41 === 7) return { what: 'admin', at: at(index), profileId: '', change: 'unlocked', cause: 'asked' };
  return {
    what: 'mint',
    at: at(index),
    profileId: index % 3 === 0 ? 'production' : 'staging',
    purpose: 'sip',
    fingerprint: (0x44d20c7f + index).toString(16).slice(-8),
    lifeS: 300,
    cause: index % 2 === 0 ? 'renewal' : 'asked',
  };
});

export const PREVIEW: ImportPreview = {
  ticket: TEST_ID,
  file: 'ringfence-profiles.json',
  entries: [
    {
      profileId: 'nairobi',
      name: 'Nairobi desk',
      environment: 'production',
      change: 'added',
      reason: null,
      fields: [
        { path: 'name', before: null, after: 'Nairobi desk' },
        { path: 'identity', before: null, after: '2001@pbx.example.com' },
        { path: 'gatewayUrl', before: null, after: 'wss://pbx.example.com/ws' },
      ],
    },
    {
      profileId: 'production',
      name: 'Support line',
      environment: 'production',
      change: 'changed',
      reason: null,
      fields: [
        { path: 'gatewayUrl', before: 'wss://pbx.example.com/ws', after: 'wss://sbc-2.example.com/ws' },
        { path: 'policy.tokenLifeS', before: '300', after: '120' },
        { path: 'provider.audience', before: 'pbx.example.com', after: 'sbc-2' },
      ],
    },
    { profileId: 'staging', name: 'Staging', environment: 'staging', change: 'unchanged', reason: null, fields: [] },
    {
      profileId: 'trial',
      name: 'Trial',
      environment: 'staging',
      change: 'refused',
      reason:
        '"Support line" (production) registers as 1001@pbx.example.com already. An identity of production is used in production alone: choose another one for "Trial".',
      fields: [],
    },
  ],
};

/** The public half of the example of RFC 7515 appendix A.3. */

/** A search for "unreadable" fails once. */
let unreadableOnce = false;

/** What the desk's channels answer. */
export const DESK_ANSWERS = {
  'profiles.test': ({ profileId }: { profileId: string }) => {
    if (profileId === 'example')
      return fail(
        'provider-refused',
        'The provider refused the key of this profile. Check it, then add it again.',
        'open-keys',
        { details: 'HTTP 401' },
      );
    const grant: Grant = {
      profileId,
      purpose: 'sip',
      issuedAt: Date.now(),
      expiresAt: Date.now() + 300_000,
      fingerprint: '5f3a91c2',
      presentation: { kind: 'query', parameter: 'token', token: 'x' },
      url: 'wss://pbx.example.com/ws',
      identity: '1001@pbx.example.com',
      displayName: '',
      instanceId: TEST_ID,
      iceServers: [],
    };
    return ok({ testId: TEST_ID, purpose: 'sip', fingerprint: '5f3a91c2', lifeS: 300, grant });
  },
  'profiles.testDone': () => ok(null),
  'profiles.export': () => ok({ file: 'ringfence-profiles.json', count: 2 }),
  'profiles.import': () => ok(PREVIEW),
  'profiles.applyImport': () => ok({ added: 1, changed: 1 }),
  'keys.publicKey': () => ok(null),
  'audit.query': ({ text = '', what, profileId, limit, before = Infinity }: AuditQuery) => {
    if (text === 'unreadable' && !unreadableOnce) {
      unreadableOnce = true;
      return fail('file-unreadable', 'The audit log could not be read.', 'retry');
    }
    const fitting = LOG.map((entry, index) => ({ n: LOG.length - index, entry })).filter(
      ({ entry }) =>
        (what === undefined || entry.what === what) &&
        (profileId === undefined || entry.profileId === profileId) &&
        JSON.stringify(entry).includes(text.toLowerCase()),
    );
    return ok({
      entries: fitting.filter(({ n }) => n < before).slice(0, limit),
      matching: fitting.length,
      kept: LOG.length,
    });
  },
  'audit.export': () => ok({ file: 'ringfence-audit.csv', count: LOG.length }),
};

/** Passes, but for the staging line, whose gateway wants another realm. */
export function fakeTryLine({ profileId }: Grant, { onBegin, onEnd }: TrialPorts): LineTrial {
  onBegin('open');
  onEnd('open', ok('pbx.example.com'));
  onBegin('register');
  if (profileId === 'staging')
    onEnd(
      'register',
      fail(
        'provider-refused',
        'The gateway asks for a password of "asterisk"; this line\'s is for "staging.example.com" only.',
        'open-keys',
        { details: '401 Unauthorized' },
      ),
    );
  else {
    onEnd('register', ok('as 1001, for 300 s'));
    onBegin('options');
    onEnd('options', ok('200 OK'));
  }
  return { done: Promise.resolve(), stop: () => undefined };
}
