import { describe, expect, it } from 'vitest';
import { parseSyslog } from '../../../test/support/servers/syslog-receiver';
import type { AuditEntry } from '../../contracts/audit/audit';
import { framed, syslogMessage } from './syslog-message';

const at = '2026-11-21T16:07:00.123Z';
const sender = { hostname: 'desk-7.example.com', processId: 4711, version: '1.2.3' };
const mint: AuditEntry = {
  what: 'mint',
  at,
  profileId: 'work',
  purpose: 'sip',
  fingerprint: '0123abcd',
  lifeS: 300,
  cause: 'asked',
};
const tool = (name: string): AuditEntry => ({
  what: 'tool',
  at,
  profileId: 'voice',
  callId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
  tool: name,
  outcome: 'refused',
});

describe('a syslog message', () => {
  it('is written as RFC 5424 has it, letter by letter', () => {
    expect(syslogMessage(mint, sender, 1)).toBe(
      '<109>1 2026-11-21T16:07:00.123Z desk-7.example.com ringfence 4711 mint ' +
        '[ringfence@32473 what="mint" profileId="work" purpose="sip" fingerprint="0123abcd" lifeS="300" cause="asked"]' +
        '[meta sequenceId="1"][origin software="Ringfence" swVersion="1.2.3"] ' +
        `\uFEFF${JSON.stringify(mint)}`,
    );
  });

  it.each(['"', '\\', ']', '"]\\', '[x] y="z"', 'naïve \u{1f600}', 'a=b', '\\]'])(
    'holds the value %s whole',
    (value) => {
      const parsed = parseSyslog(syslogMessage(tool(value), sender, 1));
      expect(parsed?.data['ringfence@32473']?.['tool']).toBe(value);
      expect(JSON.parse(parsed?.text ?? '')).toEqual(tool(value));
    },
  );

  it.each<[string, AuditEntry, number]>([
    ['a refusal', { what: 'refusal', at, profileId: 'x', purpose: 'sip', reason: 'rate-limited' }, 4],
    ['a wrong passphrase', { what: 'admin', at, profileId: '', change: 'wrong', cause: 'asked' }, 4],
    ['lost lines', { what: 'log', at, profileId: '', change: 'export-lost', count: 3 }, 4],
    ['a token', mint, 5],
  ])('of %s has its severity', (_what, entry, severity) => {
    expect(parseSyslog(syslogMessage(entry, sender, 1))).toMatchObject({ facility: 13, severity });
  });

  it('numbers messages from 1 to 2147483647 and then anew', () => {
    const numberOf = (count: number) => parseSyslog(syslogMessage(mint, sender, count))?.data['meta']?.['sequenceId'];
    expect([1, 2_147_483_647, 2_147_483_648].map(numberOf)).toEqual(['1', '2147483647', '1']);
  });

  it.each([
    ['', '-'],
    ['desk 7', 'desk7'],
    ['bü\r\n<1>1', 'b<1>1'],
  ])('of a computer called %j names it %s', (hostname, shown) => {
    expect(parseSyslog(syslogMessage(mint, { ...sender, hostname }, 1))?.hostname).toBe(shown);
  });

  it('is framed by its length in bytes', () => {
    expect(framed('äb')).toBe('3 äb');
  });
});
