import { describe, expect, it } from 'vitest';
import { profile as profileSchema } from '../../contracts/profile';
import { keyAdded } from './key-words';

const line = (id: string) =>
  profileSchema.parse({
    id,
    name: 'Staging',
    environment: 'staging',
    provider: { kind: 'local-jwt', audience: 'pbx' },
    identity: '1001@pbx.example.com',
    gatewayUrl: 'wss://pbx.example.com/ws',
    presentation: { kind: 'query' },
    policy: {},
  });

describe('what is said when a key came in', () => {
  it('says where a key that was made here is, unless its gateway has it already', () => {
    expect(keyAdded('keys.generate', line('staging'), 'e07c1b95', 'next')).toContain('on the clipboard for one minute');
    expect(keyAdded('keys.generate', line('practice'), 'e07c1b95', 'next')).toBe('Key e07c1b95 is now the next key of Staging.');
    expect(keyAdded('keys.pasteFromClipboard', line('staging'), 'e07c1b95', 'active')).toBe('Key e07c1b95 is now the active key of Staging.');
  });
});
