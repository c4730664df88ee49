import { writeFile } from 'node:fs/promises';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder';
import { openManagedPolicy } from './managed-policy';

async function demandsOf(file: unknown) {
  const folder = await temporaryFolder();
  const path = join(folder, 'policy.json');
  if (file !== undefined) await writeFile(path, typeof file === 'string' ? file : JSON.stringify(file));
  const onChanged = vi.fn();
  const managed = await openManagedPolicy({
    place: { path, owners: [0, process.getuid?.() ?? 0] },
    onProblem: () => undefined,
  });
  managed.follow(onChanged);
  onTestFinished(async () => {
    managed.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return { audit: managed.audit(), export: managed.auditExport(), problem: managed.notice(), managed, path, onChanged };
}

describe('what the policy file wants of the audit log', () => {
  it.each<[string, unknown, 'optional' | 'required']>([
    ['there is no file', undefined, 'optional'],
    ['it says nothing of it', { version: 1 }, 'optional'],
    ['it says so', { version: 1, audit: 'optional' }, 'optional'],
    ['it says so', { version: 1, audit: 'required' }, 'required'],
    ['the word is mistyped', { version: 1, audit: 'requierd' }, 'required'],
    ['the name is mistyped', { version: 1, audti: 'required' }, 'required'],
    ['the file is no JSON', '{', 'required'],
    ['another part is damaged', { version: 1, all: { tokenLifeS: 'long' } }, 'optional'],
  ])('where %s', async (_when, file, expected) => {
    expect((await demandsOf(file)).audit).toBe(expected);
  });

  it.each<[string, unknown, object | null]>([
    ['a name', { host: 'syslog.example.com' }, { host: 'syslog.example.com', port: 6514 }],
    ['an address', { host: '192.0.2.7', port: 10_514 }, { host: '192.0.2.7', port: 10_514 }],
    ['an address of IPv6', { host: '2001:db8::7' }, { host: '2001:db8::7', port: 6514 }],
    [
      'authorities of its own',
      { host: 'syslog', authorities: '/etc/ringfence/syslog-ca.pem' },
      { host: 'syslog', port: 6514, authorities: '/etc/ringfence/syslog-ca.pem' },
    ],
    ['a URL', { host: 'tls://syslog.example.com' }, null],
    ['no host', { port: 6514 }, null],
    ['a word that nobody knows', { host: 'syslog.example.com', tls: false }, null],
  ])('a receiver that is %s', async (_what, auditExport, expected) => {
    const found = await demandsOf({ version: 1, auditExport });
    expect(found.export).toEqual(expected);
    expect(found.problem === null).toBe(expected !== null);
  });

  it('changes with the file', async () => {
    const found = await demandsOf({ version: 1 });
    await writeFile(found.path, JSON.stringify({ version: 1, audit: 'required', auditExport: { host: 'syslog' } }));
    await vi.waitFor(() => expect(found.onChanged).toHaveBeenCalled(), 10_000);
    expect([found.managed.audit(), found.managed.auditExport()?.host]).toEqual(['required', 'syslog']);
  });
});
