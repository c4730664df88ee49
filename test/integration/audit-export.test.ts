/** The audit log on its way to a syslog receiver: real TLS, the wire format as RFC 5424 and RFC 5425 have it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditExportTarget, type AuditExportTarget } from '../../src/contracts/policy/managed-policy';
import type { NewAuditEntry } from '../../src/main/audit/audit-log';
import { createAuditTrail, type AuditTrail, type AuditTrailOptions } from '../../src/main/audit/audit-trail';
import { systemClock } from '../../src/main/base/clock';
import { namedAuthorities } from '../../src/main/base/authorities';
import { makeCertificates, type LabCertificates } from '../lab/certificates';
import { memorySeals } from '../support/app/audit-fixture';
import { openSyslogReceiver, type SyslogReceiver } from '../support/servers/syslog-receiver';

vi.setConfig({ testTimeout: 20_000 });

let certificates: LabCertificates;
let shelf = '';
beforeAll(async () => {
  shelf = await mkdtemp(join(tmpdir(), 'ringfence-export-'));
  certificates = await makeCertificates(join(shelf, 'certificates'), ['127.0.0.1', 'localhost']);
});
afterAll(() => rm(shelf, { recursive: true, force: true }));

let folder = '';
const open: { close: () => Promise<void> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(shelf, 'log-'));
});
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function receiver(...options: Parameters<typeof openSyslogReceiver>): Promise<SyslogReceiver> {
  const made = await openSyslogReceiver(...options);
  open.push(made);
  return made;
}
/** A port on which nothing listens now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function trail(
  target: Partial<Omit<AuditExportTarget, 'authorities'>> & { readonly authorities?: string | undefined },
  more: Partial<AuditTrailOptions> & { readonly required?: boolean } = {},
): AuditTrail & { readonly notices: (string | null)[] } {
  const notices: (string | null)[] = [];
  const { required = false, ...options } = more;
  const wanted = auditExportTarget.parse({ host: '127.0.0.1', authorities: certificates.ca, ...target });
  const made = createAuditTrail({
    path: join(folder, 'audit.jsonl'),
    seals: memorySeals(),
    clock: systemClock,
    random: () => 1,
    sender: { hostname: 'desk-7', processId: 4711, version: '1.2.3' },
    authorities: ({ authorities }) => namedAuthorities(authorities),
    demands: { audit: () => (required ? 'required' : 'optional'), auditExport: () => wanted },
    onAppended: () => undefined,
    onProblem: (cause) => expect.unreachable(String(cause)),
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  open.push(made);
  return { ...made, notices };
}
const line = (profileId: string): NewAuditEntry => ({ what: 'profile', profileId, change: 'changed' });
const ids = ({ messages }: SyslogReceiver): (string | undefined)[] =>
  messages.map(({ data }) => data['ringfence@32473']?.['profileId']);

describe('every line of the audit log', () => {
  it('reaches the receiver in order, framed and numbered, over TLS 1.2 or newer, and the connection ends in order', async () => {
    const server = await receiver(certificates.good);
    const audit = trail({ port: server.port });
    const wanted = Array.from({ length: 500 }, (_, index) => `p${index}`);
    for (const id of wanted) audit.append(line(id));
    await vi.waitFor(() => expect(server.messages).toHaveLength(500), 10_000);
    expect(ids(server)).toEqual(wanted);
    expect(server.messages.map(({ data }) => Number(data['meta']?.['sequenceId']))).toEqual(
      wanted.map((_, n) => n + 1),
    );
    expect(server.faults).toEqual([]);
    expect(server.protocols).toEqual([expect.stringMatching(/^TLSv1\.[23]$/)]);
    await audit.close();
    await vi.waitFor(() => expect(server.closed()).toBe(1), 10_000);
  });

  it('waits while the receiver is away, holds nothing up, and comes when it is back; a person is told meanwhile', async () => {
    const port = await freePort();
    const audit = trail({ port });
    audit.append(line('a'));
    await vi.waitFor(
      () => expect(audit.notices).toEqual([expect.stringContaining(`does not reach 127.0.0.1:${port} (ECONNREFUSED)`)]),
      10_000,
    );
    audit.append(line('b'));
    // No policy wants more: tokens are given out.
    expect((await audit.kept()).ok).toBe(true);
    expect(audit.notices.at(-1)).not.toContain('No tokens');
    const server = await receiver(certificates.good, { port });
    await vi.waitFor(() => expect(ids(server)).toEqual(['a', 'b']), 10_000);
    expect(audit.notices.at(-1)).toBeNull();
  });

  it('comes again on another connection where the first one broke, with its number', async () => {
    const server = await receiver(certificates.good);
    const audit = trail({ port: server.port });
    audit.append(line('a'));
    await vi.waitFor(() => expect(ids(server)).toEqual(['a']), 10_000);
    server.drop();
    await vi.waitFor(() => expect(audit.notices).toHaveLength(1), 10_000);
    audit.append(line('b'));
    await vi.waitFor(() => expect(ids(server)).toEqual(['a', 'b']), 10_000);
    expect(server.messages.map(({ data }) => data['meta']?.['sequenceId'])).toEqual(['1', '2']);
  });

  it('that could not be sent by the end of the program is said to be lost, in the log', async () => {
    const audit = trail({ port: await freePort() });
    for (const id of ['a', 'b', 'c']) audit.append(line(id));
    await vi.waitFor(() => expect(audit.notices).toHaveLength(1), 10_000);
    await audit.close();
    expect(await audit.recent(1)).toMatchObject([{ what: 'log', change: 'export-lost', count: 3 }]);
  });
});

describe('a receiver that is not the one that is meant', () => {
  it.each<[string, () => Parameters<typeof openSyslogReceiver>, { readonly authorities?: undefined }, RegExp]>([
    ['whose certificate is for another host', () => [certificates.otherHost], {}, /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['whose certificate has ended', () => [certificates.expired], {}, /CERT_HAS_EXPIRED/],
    [
      'whose authority this computer does not know',
      () => [certificates.good],
      { authorities: undefined },
      /UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET/,
    ],
    [
      'that speaks TLS 1.1 alone',
      () => [certificates.good, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }],
      {},
      /ERR_SSL|EPROTO|unknown error|closed/,
    ],
  ])('%s hears nothing', async (_what, options, target, code) => {
    const server = await receiver(...options());
    const audit = trail({ port: server.port, ...target });
    audit.append(line('a'));
    await vi.waitFor(() => expect(audit.notices.at(-1)).toMatch(code), 10_000);
    expect(server.messages).toEqual([]);
  });

  it('hears nothing either where somebody has switched the checks of Node off', async () => {
    const server = await receiver(certificates.otherHost);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const audit = trail({ port: server.port });
    audit.append(line('a'));
    await vi.waitFor(() => expect(audit.notices.at(-1)).toMatch(/ERR_TLS_CERT_ALTNAME_INVALID/), 10_000);
    expect(server.messages).toEqual([]);
    vi.unstubAllEnvs();
  });

  it.each([
    ['is not there', 'ENOENT', null],
    ['holds no certificate', 'NO_CERTIFICATE', 'nothing'],
  ])('hears nothing where the file of authorities %s', async (_what, code, text) => {
    const server = await receiver(certificates.good);
    const authorities = join(folder, 'authorities.pem');
    if (text !== null) await writeFile(authorities, text);
    const audit = trail({ port: server.port, authorities });
    audit.append(line('a'));
    await vi.waitFor(() => expect(audit.notices.at(-1)).toContain(code), 10_000);
    expect(server.messages).toEqual([]);
  });
});

describe('where the policy wants every line kept', () => {
  it('tokens wait until what was noted before has left, and are refused while the receiver is away', async () => {
    const port = await freePort();
    const audit = trail({ port }, { required: true });
    audit.append(line('a'));
    expect(await audit.kept()).toMatchObject({
      failure: { reason: 'audit-unwritten', sentence: expect.stringContaining(`127.0.0.1:${port}`) as string },
    });
    await vi.waitFor(() => expect(audit.notices.at(-1)).toContain('No tokens are given out meanwhile.'), 10_000);
    const server = await receiver(certificates.good, { port });
    await vi.waitFor(async () => expect((await audit.kept()).ok).toBe(true), 10_000);
    await vi.waitFor(() => expect(ids(server)).toEqual(['a']), 10_000);
    audit.append(line('b'));
    expect((await audit.kept()).ok).toBe(true);
    await vi.waitFor(() => expect(ids(server)).toEqual(['a', 'b']), 10_000);
  });
});
