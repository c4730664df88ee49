import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import type { Seal } from '../audit/audit-seal';
import { createAuditSeals } from './audit-seals';
import { createMemoryStore } from './memory-store';

const seal: Seal = { key: createSecretKey(randomBytes(32)), end: { n: 3, mac: 'm'.repeat(22) } };

it('waits 2 s for a keychain that asks a person; what that keeps later holds', async () => {
  const time = createFakeClock();
  const memory = createMemoryStore();
  let answer = (): void => undefined;
  const dialog = new Promise<void>((resolve) => (answer = resolve));
  const asking = {
    ...memory,
    write: async (...args: Parameters<typeof memory.write>) => (await dialog, memory.write(...args)),
  };
  const seals = createAuditSeals(asking, () => Promise.resolve('install/audit-log'), time);
  let kept: boolean | null = null;
  const written = seals.write(seal).then((result) => (kept = result));
  await time.advance(1_999);
  expect(kept).toBeNull();
  await time.advance(1);
  await written;
  expect([kept, (await seals.read()).kind]).toEqual([false, 'absent']);
  answer();
  await new Promise(setImmediate);
  expect(await seals.read()).toMatchObject({ kind: 'found', seal: { end: seal.end } });
});
