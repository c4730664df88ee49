import { describe, expect, it } from 'vitest';
import { fail } from '../../../contracts/base/result';
import { grantWithToken } from '../../../../test/support/phones/grants';
import { titlesOf, setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';

const { board, phoneOf } = setUpSwitchboard();

describe('registering', () => {
  it('mints, connects, registers, and says so', async () => {
    const a = phoneOf('1001');
    expect(a.agent.snapshot().registration).toEqual({ phase: 'offline' });
    a.agent.start();
    const { registration, grant } = await a.registered();
    expect(registration).toMatchObject({ phase: 'registered' });
    expect(grant).toEqual({ fingerprint: '5f3a91c2', issuedAt: 1_800_000_000_000, expiresAt: 1_800_000_300_000 });
    expect(JSON.stringify(a.agent.snapshot())).not.toContain('secret');
    expect(titlesOf(a)[0]).toBe('Token minted: lives 5:00 \u00b7 5f3a91c2 \u00b7 for calls');
    expect(titlesOf(a)[1]).toMatch(/^Registered: sip:1001@practice\.invalid \u00b7 \d+ ms$/);
    expect(a.marks.map(({ name }) => name)).toEqual(['ringfence:registered']);
    expect(a.trace[0]?.text).toMatch(/^REGISTER sip:practice\.invalid SIP\/2\.0/);
    expect(a.trace[0]?.text).toContain('User-Agent: Ringfence/test');
    expect(a.trace[0]?.text).toContain('+sip.instance="<urn:uuid:6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c1001>"');
  });
  it('uses a fresh token for each connect, and comes back after a loss', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    board().cut('1001');
    await a.until(({ registration }) => registration.phase === 'waiting');
    await a.registered();
    expect(a.grantsGiven()).toBe(2);
    expect(new Set(board().opened).size).toBe(2);
    expect(titlesOf(a)).toContain('Connection lost: closed by the gateway or the network');
  });
  it('does not wait for the back-off when told that the network is back', async () => {
    board().refuseOpen = true;
    const a = phoneOf('1001');
    a.agent.start();
    await a.until(({ registration }) => registration.phase === 'waiting');
    board().refuseOpen = false;
    const before = Date.now();
    a.agent.reconnectNow();
    await a.registered();
    expect(Date.now() - before).toBeLessThan(150);
  });
  it('says after the second refused handshake that the token may be the reason', async () => {
    board().refuseOpen = true;
    const a = phoneOf('1001');
    a.agent.start();
    const first = await a.until(({ registration }) => registration.phase === 'waiting');
    expect(first.registration).toMatchObject({
      problem: 'gateway-unreachable',
      sentence: 'The gateway does not answer.',
    });
    const second = await a.until(({ registration }) => registration.phase === 'waiting' && registration.attempt === 2);
    expect(second.registration).toMatchObject({
      sentence: 'No connection to the phone system. Ask your admin if this lasts.',
    });
    expect(a.grantsGiven()).toBe(2);
  });
  it('says what main saw of the certificate, whether it hears of it before or after the end of the socket', async () => {
    board().refuseOpen = true;
    const sentence = 'This computer does not know who issued the certificate of pbx.example.com.';
    const refusal = fail('certificate-refused', sentence, 'retry').failure;
    const later = phoneOf('1001');
    later.agent.start();
    await later.until(({ registration }) => registration.phase === 'waiting');
    later.connectRefused(fail('provider-refused', 'The gateway refused the token.').failure);
    expect(later.agent.snapshot().registration).toMatchObject({ problem: 'gateway-unreachable' });
    later.connectRefused(refusal);
    const { registration } = later.agent.snapshot();
    expect(registration).toMatchObject({ phase: 'waiting', problem: 'certificate-refused', sentence, attempt: 1 });
    // Trying each second fixes nothing.
    expect(registration.phase === 'waiting' && registration.retryAt - Date.now()).toBeGreaterThan(20_000);
    const before = phoneOf('1002');
    before.agent.start();
    await before.until(({ registration: { phase } }) => phase === 'connecting');
    before.connectRefused(refusal);
    expect((await before.until(({ registration: { phase } }) => phase === 'waiting')).registration).toMatchObject({
      problem: 'certificate-refused',
      sentence,
    });
    expect(titlesOf(before)).toContain(`Certificate refused: ${sentence}`);
    board().refuseOpen = false;
    before.agent.reconnectNow();
    await before.registered();
  });
  it('mints once more after 401, then says that the token is refused', async () => {
    board().judge = ({ message }) => (message.method === 'REGISTER' ? { status: 401, phrase: 'Unauthorized' } : 'pass');
    const a = phoneOf('1001');
    a.agent.start();
    const { registration } = await a.until((snapshot) => snapshot.registration.phase === 'waiting');
    expect(registration).toMatchObject({ problem: 'token-refused' });
    expect(a.grantsGiven()).toBe(2);
    expect(a.events.map(({ kind }) => kind)).toContain('token-refused');
  });
  it('recovers when only the first token was refused', async () => {
    let refusals = 0;
    board().judge = ({ message }) => {
      if (message.method !== 'REGISTER' || message.kind !== 'request') return 'pass';
      refusals += 1;
      return refusals === 1 ? { status: 403, phrase: 'Forbidden' } : 'pass';
    };
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    expect(a.grantsGiven()).toBe(2);
  });
  it('leaves a gateway that asks for time alone for as long', async () => {
    board().judge = ({ message }) =>
      message.method === 'REGISTER' && message.kind === 'request'
        ? { status: 503, phrase: 'Service Unavailable', headers: ['Retry-After: 20 (overloaded)'] }
        : 'pass';
    const a = phoneOf('1001');
    a.agent.start();
    const { registration } = await a.until((snapshot) => snapshot.registration.phase === 'waiting');
    expect(registration).toMatchObject({
      problem: 'registration-refused',
      sentence: "The gateway can't register this line now (503 Service Unavailable). It asks to wait 20 seconds.",
    });
    if (registration.phase === 'waiting') expect(registration.retryAt - Date.now()).toBeGreaterThan(15_000);
  });
  it('tells which clock is wrong when the gateway says another time', async () => {
    board().registerHeaders = [`Date: ${new Date(Date.now() - 5 * 60_000).toUTCString()}`];
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    expect(titlesOf(a)).toContain(
      "Clock is wrong: This computer's clock is 5 minutes ahead of the gateway's. Set it right, then try again.",
    );
  });
  it("shows main's sentence when there is no grant, and waits longer when a person is needed", async () => {
    const a = phoneOf('1001', {
      mint: () => ({
        ok: false,
        failure: { reason: 'key-absent', sentence: 'This profile has no key.', action: 'open-keys' },
      }),
    });
    a.agent.start();
    const { registration } = await a.until((snapshot) => snapshot.registration.phase === 'waiting');
    expect(registration).toMatchObject({ problem: 'no-grant', sentence: 'This profile has no key.' });
    if (registration.phase === 'waiting') expect(registration.retryAt - Date.now()).toBeGreaterThan(25_000);
  });
  it('renews make-before-break: registered all the time, REGISTER on the new flow, the old one closed', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    const phases = new Set<string>();
    a.agent.subscribe(() => phases.add(a.agent.snapshot().registration.phase));
    a.renew(grantWithToken('renewed', { identity: '1001@practice.invalid', fingerprint: '00000002' }));
    await a.until(({ grant }) => grant?.fingerprint === '00000002');
    await expect
      .poll(() => a.trace.filter(({ flow, text }) => flow === 2 && text.startsWith('SIP/2.0 200')).length)
      .toBe(1);
    expect([...phases]).toEqual(['registered']);
    expect(board().opened[1]).toContain('token=renewed');
    expect(a.grantsGiven()).toBe(1);
  });
  it('tries a renewal again with another token while the old flow stays', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    board().refuseOpen = true;
    a.renew(grantWithToken('renewed', { identity: '1001@practice.invalid', expiresAt: Date.now() + 60_000 }));
    await expect.poll(() => board().opened.length).toBe(2);
    board().refuseOpen = false;
    await expect.poll(() => a.trace.some(({ flow }) => flow === 3)).toBe(true);
    expect(a.agent.snapshot().registration.phase).toBe('registered');
    expect(a.grantsGiven()).toBe(2);
  });
  it('unregisters when stopped', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    await a.agent.stop();
    expect(a.trace.filter(({ text }) => text.startsWith('REGISTER')).at(-1)?.text).toContain('Expires: 0');
    expect(a.agent.snapshot().registration).toEqual({ phase: 'offline' });
  });
});
