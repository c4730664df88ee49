/** A certificate authority that Chromium trusts in one home folder only: its entry in the NSS database there. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Why no authority can be trusted here, and what to install; null when one can. */
export async function certutilProblem(): Promise<string | null> {
  if (process.platform !== 'linux') return 'An authority can be trusted for one home folder on Linux only.';
  const missing = await new Promise<boolean>((resolve) =>
    execFile('certutil', ['-H'], (error) => resolve(error !== null && error.code === 'ENOENT')),
  );
  return missing ? 'certutil is missing: apt-get install libnss3-tools.' : null;
}

/** Lets programs with this HOME trust the CA in the PEM file `ca`: the command that docs/operators.md gives to operators. Rejects when certutil fails. */
export async function trustAuthority(home: string, ca: string): Promise<void> {
  const database = join(home, '.pki', 'nssdb');
  await mkdir(database, { recursive: true, mode: 0o700 });
  // Without standard input: with one, certutil would wait for a password.
  const child = spawn(
    'certutil',
    ['-d', `sql:${database}`, '-A', '-n', 'Authority of one test', '-t', 'C,,', '-i', ca],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`certutil ended with code ${String(code)}: ${said}`);
}
