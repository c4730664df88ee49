import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutServices } from './lab-packages.mjs';

describe('withoutServices', () => {
  let folder = '';
  let policy = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringfence-test-'));
    policy = join(folder, 'policy-rc.d');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const policyNow = () => readFile(policy, 'utf8').catch(() => null);

  it('says no to every start meanwhile, and afterwards nothing more, also after a failure', async () => {
    const meanwhile = await withoutServices(
      async () => ({ text: await policyNow(), mode: (await stat(policy)).mode & 0o777 }),
      policy,
    );
    expect(meanwhile).toEqual({ text: '#!/bin/sh\nexit 101\n', mode: 0o755 });
    expect(await policyNow()).toBeNull();
    await expect(withoutServices(() => Promise.reject(new Error('apt')), policy)).rejects.toThrow('apt');
    expect(await policyNow()).toBeNull();
  });

  it('leaves the policy of the machine alone', async () => {
    await writeFile(policy, 'theirs');
    expect(await withoutServices(policyNow, policy)).toBe('theirs');
    expect(await policyNow()).toBe('theirs');
  });
});
