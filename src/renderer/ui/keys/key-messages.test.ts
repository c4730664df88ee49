import { describe, expect, it } from 'vitest';
import { profile as profileSchema, type KeyState, type KeyStatus } from '../../../contracts/profile/profile';
import { hasPublicKey, keyAdded, keychainWords, keyHolder, keySources } from './key-messages';
import { exampleProfile } from '../../../../test/support/app/example-profile';

const line = (id: string) =>
  exampleProfile({
    id,
    name: 'Staging',
    environment: 'staging',
  });

describe('the chip of the keychain', () => {
  const key = (state: KeyState): KeyStatus => ({
    profileId: 'work',
    state,
    active: null,
    next: null,
    retired: null,
    former: null,
    lastMintAt: null,
  });
  it.each<[string, boolean, readonly KeyState[], string, string]>([
    ['all is well', true, ['in-keychain', 'absent'], 'In the system keychain', 'good'],
    ['it is locked', true, ['in-keychain', 'locked'], 'Keychain locked', 'bad'],
    [
      'it is locked, and the Practice line makes do with memory',
      true,
      ['in-memory', 'locked'],
      'Keychain locked',
      'bad',
    ],
    ['it asks', true, ['in-keychain', 'asking', 'locked'], 'Keychain asks', 'warn'],
    ['it refused', true, ['in-keychain', 'refused'], 'Keychain refused', 'bad'],
    ['a key was removed from it', true, ['in-keychain', 'removed'], 'Key removed', 'bad'],
    ['what it holds is damaged', true, ['removed', 'damaged'], 'Key damaged', 'bad'],
    ['a key is in memory though it answers', true, ['in-memory', 'in-keychain'], 'Not all in the keychain', 'warn'],
    ['it went away', true, ['unavailable'], 'No keychain', 'bad'],
    ['there is none', false, ['unavailable'], 'No keychain', 'bad'],
    [
      'there is none, and the Practice line makes do with memory',
      false,
      ['in-memory', 'unavailable'],
      'No keychain: in memory only',
      'warn',
    ],
  ])('%s', (_what, available, states, word, tone) => {
    expect(keychainWords({ keychain: { available, advice: null }, keys: states.map(key) })).toEqual({ word, tone });
  });
});

describe('who issues a key', () => {
  const of = (provider: { readonly kind: string; readonly [name: string]: unknown }) =>
    profileSchema.parse({
      ...line('staging'),
      provider,
      ...(provider.kind === 'decart' ? { gatewayUrl: '', policy: { purposes: ['voice'] } } : {}),
    });
  it('leaves Generate to the lines whose keys are made here, as main does', () => {
    const generates = (provider: Parameters<typeof of>[0]): boolean =>
      keySources(of(provider)).some(({ id }) => id === 'keys.generate');
    expect([{ kind: 'local-jwt', audience: 'pbx' }, { kind: 'sautikit' }, { kind: 'decart' }].map(generates)).toEqual([
      true,
      false,
      false,
    ]);
    expect(keySources(of({ kind: 'sautikit' })).map(({ id }) => id)).toEqual([
      'keys.pasteFromClipboard',
      'keys.loadFromFile',
    ]);
    expect([
      keyHolder(line('staging')),
      keyHolder(of({ kind: 'decart' })),
      keyHolder(of({ kind: 'generic-http', url: 'https://api.example.com/token', token: '/token' })),
    ]).toEqual(['the gateway', 'Decart', 'the system']);
  });
});

describe('what is said when a key came in', () => {
  it('says where a key that was made here is, unless its gateway has it already', () => {
    expect(keyAdded('keys.generate', line('staging'), 'e07c1b95', 'next')).toContain('on the clipboard for one minute');
    expect(keyAdded('keys.generate', line('practice'), 'e07c1b95', 'next')).toBe(
      'Key e07c1b95 is now the next key of Staging.',
    );
    expect(keyAdded('keys.pasteFromClipboard', line('staging'), 'e07c1b95', 'active')).toBe(
      'Key e07c1b95 is now the active key of Staging.',
    );
    const signer = profileSchema.parse({
      ...line('staging'),
      provider: { kind: 'local-jwt', audience: 'pbx', algorithm: 'EdDSA' },
    });
    expect([hasPublicKey(line('staging')), hasPublicKey(signer)]).toEqual([false, true]);
    expect(keyAdded('keys.generate', signer, 'e07c1b95', 'next')).toBe(
      'Key e07c1b95 is now the next key of Staging. The gateway needs its public key: press Show public key below.',
    );
  });
});
