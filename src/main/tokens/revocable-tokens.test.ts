import { describe, expect, it, vi } from 'vitest';
import { minted, setUp, setUpLine } from '../../../test/support/app/broker-fixture';
import { mintingProvider } from '../../../test/support/servers/token-providers';
import { fail, ok } from '../../contracts/base/result';
import type { TokenProvider } from '../providers/token-provider';
import { fingerprintOf } from '../secrets/secret';

describe('revocable tokens', () => {
  const line = { provider: { kind: 'sippet' }, gatewayUrl: 'wss://sip.sippet.ai/', presentation: { kind: 'digest' } };
  const made = (revoke: NonNullable<TokenProvider['revoke']>): TokenProvider => {
    let count = 0;
    return {
      ...mintingProvider(() =>
        Promise.resolve(
          ok({
            kind: 'credentials' as const,
            username: 'u',
            password: `p-${(count += 1)}`,
            handle: `h-${count}`,
            ...minted,
          }),
        ),
      ),
      revoke,
    };
  };

  it('is taken back with the key of now, once, and audited', async () => {
    const taken: (string | undefined)[] = [];
    const { broker, audited } = setUpLine(
      line,
      made((_profile, { handle }) => (taken.push(handle), Promise.resolve(ok(null)))),
    );
    await broker.grant('work', 'sip', 'asked');
    await broker.grant('work', 'sip', 'renewal');
    await broker.revokeAll('other');
    expect(taken).toEqual([]);
    await broker.revokeAll('work');
    await broker.revokeAll(null);
    expect(taken).toEqual(['h-1', 'h-2']);
    expect(audited.filter(({ what }) => what === 'revoke')).toEqual([
      { what: 'revoke', profileId: 'work', purpose: 'sip', fingerprint: fingerprintOf('p-1'), outcome: 'ended' },
      { what: 'revoke', profileId: 'work', purpose: 'sip', fingerprint: fingerprintOf('p-2'), outcome: 'ended' },
    ]);
  });

  it('is left to die where the provider fails, which is audited', async () => {
    const { broker, audited } = setUpLine(
      line,
      made(() => Promise.resolve(fail('provider-unreachable', 'No.'))),
    );
    await broker.grant('work', 'sip', 'asked');
    await broker.revokeAll(null);
    expect(audited.at(-1)).toMatchObject({ what: 'revoke', outcome: 'provider-unreachable' });
  });

  it('is forgotten when it has expired, and never remembered of a provider that can not take it back', async () => {
    let now = 1000;
    const revoke = vi.fn<NonNullable<TokenProvider['revoke']>>(() => Promise.resolve(ok(null)));
    const { broker } = setUpLine(line, made(revoke), { now: () => now });
    await broker.grant('work', 'sip', 'asked');
    now = 301_000;
    await broker.revokeAll(null);
    expect(revoke).not.toHaveBeenCalled();
    const other = setUp();
    await other.broker.grant('practice', 'sip', 'asked');
    await other.broker.revokeAll(null);
    expect(other.audited).toHaveLength(1);
  });
});
