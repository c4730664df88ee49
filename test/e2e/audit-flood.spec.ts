/** A page that was taken over asks for tokens as fast as it can, in the name of lines of its own: the audit log keeps its older lines. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../support/app/app';
import { ask, callCard, dial, invoke, lineTo, untilRegistered } from '../support/app/phone-driver';

const LINES = 20;
const GRANTS = 4_000;

test('a flood of grants of a page that makes itself lines pushes nothing out, and main counts it', async ({
  launch,
  gateway,
  keyring,
}) => {
  const app = await launch({ bus: keyring.bus });
  const { page } = app;
  await untilRegistered(page);
  const own = Array.from({ length: LINES }, (_, n) => `own-${n}`);
  for (const id of own)
    await ask(
      page,
      'profiles.save',
      lineTo(gateway.url, '1001', { id, name: id, policy: { rate: { burst: 20, perSecond: 10 } } }),
    );
  const path = join(app.userDataDir, 'audit.jsonl');
  const before = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const reasons = await page.evaluate(
    async ({ own, grants }) => {
      const { ringfence } = globalThis as unknown as {
        ringfence: { invoke: (c: string, i: object) => Promise<{ ok: boolean; failure?: { reason: string } }> };
      };
      const counts: Record<string, number> = {};
      for (let n = 0; n < grants; n += 20) {
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, k) =>
            ringfence.invoke('grants.get', { profileId: own[(n + k) % own.length], purpose: 'sip' }),
          ),
        );
        for (const { ok, failure } of answers) {
          const key = ok ? 'ok' : (failure?.reason ?? '');
          counts[key] = (counts[key] ?? 0) + 1;
        }
      }
      return counts;
    },
    { own, grants: GRANTS },
  );
  // The lines of its own have no key; each of them may ask 20 times at once, and all of them 60 times.
  expect(Object.values(reasons).reduce((sum, count) => sum + count, 0)).toBe(GRANTS);
  expect(reasons['rate-limited'] ?? 0).toBeGreaterThan(GRANTS - 400);
  await ask(page, 'audit.recent', { limit: 1 });
  const after = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.length - before.length).toBeLessThan(400);
});

test('where the policy wants the log kept, one that can not be written stops new tokens, and the window says so until it can be', async ({
  launch,
  folder,
  keyring,
}) => {
  const policy = join(folder, 'admin-policy.json');
  await writeFile(policy, JSON.stringify({ version: 1, audit: 'required' }));
  const app = await launch({ bus: keyring.bus, env: { RINGFENCE_POLICY_FILE: policy } });
  const { page } = app;
  await untilRegistered(page);
  const path = join(app.userDataDir, 'audit.jsonl');
  const notice = page.getByTestId('audit-notice');
  await expect(notice).toHaveCount(0);
  const grant = { profileId: 'practice', purpose: 'sip' } as const;
  expect((await invoke(page, 'grants.get', grant)).ok).toBe(true);

  // A file that its owner may not write is as good as a full disk, for everybody but root.
  expect(process.getuid?.()).not.toBe(0);
  await chmod(path, 0o400);
  const before = (await readFile(path, 'utf8')).trimEnd().split('\n').length;
  expect(await invoke(page, 'grants.get', grant)).toMatchObject({
    failure: {
      reason: 'audit-unwritten',
      sentence: expect.stringMatching(/^No tokens are given out now\./) as unknown,
    },
  });
  await expect(notice).toContainText('audit log');
  // What is up goes on: the flow has its token already.
  await dial(page, 'echo');
  await expect(callCard(page, 'active')).toBeVisible();

  await chmod(path, 0o600);
  await expect.poll(async () => (await invoke(page, 'grants.get', grant)).ok, { timeout: 15_000 }).toBe(true);
  await expect(notice).toHaveCount(0);
  expect((await readFile(path, 'utf8')).trimEnd().split('\n').length).toBeGreaterThan(before);
});
