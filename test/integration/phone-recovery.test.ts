/** Tokens that end, flows that break, a gateway that dies: the registration comes back and calls live on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPracticeFixture, type PracticeFixture } from '../support/servers/practice-fixture';
import type { TestPhone } from '../support/phones/phone';
import { wireScriptOf } from '../support/phones/wire-script';

let fixture: PracticeFixture;
beforeEach(async () => {
  fixture = await openPracticeFixture();
});
afterEach(() => fixture.leave());

const started = async (user: string, lifeS?: number): Promise<TestPhone> => {
  const phone = fixture.phone(user, lifeS);
  phone.agent.start();
  await phone.registered();
  return phone;
};
const talk = async (asha: TestPhone, kamau: TestPhone): Promise<[string, string]> => {
  const placed = await asha.agent.place('1002');
  if (!placed.ok) throw new Error(placed.failure.sentence);
  const { id } = await kamau.call('ringing');
  await kamau.agent.act(id, { verb: 'answer' });
  await Promise.all([asha.call('active'), kamau.call('active')]);
  return [placed.value, id];
};
const phasesOf = (phone: TestPhone): Set<string> => {
  const phases = new Set<string>([phone.agent.snapshot().registration.phase]);
  phone.agent.subscribe(() => phases.add(phone.agent.snapshot().registration.phase));
  return phases;
};

describe('a renewed token', () => {
  it('idle: second flow, REGISTER over it, first flow closed, never unregistered', async () => {
    const asha = await started('1001');
    const phases = phasesOf(asha);
    const renewed = fixture.grant('1001');
    asha.renew(renewed);
    await expect
      .poll(() => asha.trace.filter(({ flow }) => flow === 2).map(({ text }) => text.slice(0, 11)))
      .toEqual(['REGISTER si', 'SIP/2.0 200']);
    await expect.poll(() => fixture.gateway().stats()).toMatchObject({ flows: 1, bindings: 1 });
    expect([...phases]).toEqual(['registered']);
    expect(asha.agent.snapshot().grant).toMatchObject({ fingerprint: renewed.fingerprint });
    expect(asha.grantsGiven()).toBe(1);
  });

  it('during a call: the old flow stays until the call ends, and the call works all the time', async () => {
    const [asha, kamau] = [await started('1001'), await started('1002')];
    const [hers, his] = await talk(asha, kamau);
    asha.renew(fixture.grant('1001'));
    await expect
      .poll(() => asha.trace.some(({ flow, text }) => flow === 2 && text.startsWith('SIP/2.0 200')))
      .toBe(true);
    expect(fixture.gateway().stats()).toMatchObject({ flows: 3, calls: 1 });
    asha.agent.act(hers, { verb: 'hold' });
    await kamau.call('held');
    asha.agent.act(hers, { verb: 'resume' });
    await kamau.call('active');
    kamau.agent.act(his, { verb: 'hold' });
    await asha.call('held');
    kamau.agent.act(his, { verb: 'resume' });
    await asha.call('active');
    kamau.agent.act(his, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    await expect.poll(() => fixture.gateway().stats()).toMatchObject({ flows: 2, calls: 0 });
  });

  it('refused handshake: the old flow stays, the next token is taken', async () => {
    const asha = await started('1001');
    const phases = phasesOf(asha);
    await fixture.fault('/refuse-tokens', { on: true });
    asha.renew(fixture.grant('1001'));
    await expect.poll(() => asha.grantsGiven()).toBeGreaterThan(1);
    await fixture.fault('/refuse-tokens', { on: false });
    await expect
      .poll(() => asha.trace.some(({ flow, text }) => flow > 1 && text.startsWith('SIP/2.0 200')), { timeout: 5_000 })
      .toBe(true);
    expect([...phases]).toEqual(['registered']);
  });
});

describe('a token that ends', () => {
  it('during a call: the call goes on, and holding still works', async () => {
    const [asha, kamau] = [await started('1001', 2), await started('1002')];
    const [hers] = await talk(asha, kamau);
    const expiresAt = asha.agent.snapshot().grant?.expiresAt ?? 0;
    await expect.poll(() => Date.now() - expiresAt, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(asha.agent.snapshot().calls[0]?.phase).toBe('active');
    asha.agent.act(hers, { verb: 'hold' });
    await kamau.call('held');
    asha.agent.act(hers, { verb: 'resume' });
    await kamau.call('active');
  });

  it('while the flow is down: the next connect has a fresh one', async () => {
    const asha = await started('1001', 2);
    await fixture.kill();
    await asha.until(({ registration }) => registration.phase === 'waiting');
    const expiresAt = asha.agent.snapshot().grant?.expiresAt ?? 0;
    await expect.poll(() => Date.now() - expiresAt, { timeout: 5_000 }).toBeGreaterThan(0);
    await fixture.restart();
    await asha.registered();
    expect(asha.grantsGiven()).toBeGreaterThan(1);
  });
});

describe('a gateway that dies', () => {
  it('registered again within 2 s of its return', async () => {
    const asha = await started('1001');
    await fixture.kill();
    const lost = await asha.until(({ registration }) => registration.phase === 'waiting');
    expect(lost.registration).toMatchObject({ problem: 'gateway-unreachable' });
    // Long enough to be refused a few times.
    await asha.until(({ registration }) => registration.phase === 'waiting' && registration.attempt >= 4);
    await fixture.restart();
    const back = Date.now();
    await asha.registered();
    expect(Date.now() - back).toBeLessThan(2_000);
    expect(asha.events.map(({ kind }) => kind)).toContain('connection-lost');
    expect(fixture.gateway().stats()).toMatchObject({ flows: 1, bindings: 1 });
  });
});

describe('a gateway that dies during a call', () => {
  it('has forgotten everything when it is back: both are registered, the call is refreshed once, hold and hang up work', async () => {
    const [asha, kamau] = [await started('1001'), await started('1002')];
    const [hers] = await talk(asha, kamau);
    await fixture.kill();
    await Promise.all([asha, kamau].map((phone) => phone.until(({ calls }) => calls[0]?.phase === 'recovering')));
    await fixture.restart();
    await Promise.all([asha.call('active'), kamau.call('active')]);
    await expect
      .poll(() => wireScriptOf(asha).filter((line) => line === '< 200 INVITE').length, { timeout: 8_000 })
      .toBe(2);
    expect([asha, kamau].map((phone) => phone.agent.snapshot().calls[0]?.problem)).toEqual([null, null]);
    asha.agent.act(hers, { verb: 'hold' });
    await kamau.call('held');
    asha.agent.act(hers, { verb: 'resume' });
    await kamau.call('active');
    asha.agent.act(hers, { verb: 'end' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('nothing is sent in the dialog while it is away', async () => {
    const [asha, kamau] = [await started('1001'), await started('1002')];
    const [hers] = await talk(asha, kamau);
    await fixture.kill();
    await asha.until(({ calls }) => calls[0]?.phase === 'recovering');
    const before = asha.trace.length;
    asha.agent.act(hers, { verb: 'hold' });
    asha.agent.act(hers, { verb: 'send-digits', digits: '5' });
    await asha.until(({ registration }) => registration.phase === 'waiting' && registration.attempt >= 3);
    expect(
      asha.trace.slice(before).filter(({ direction, text }) => direction === 'out' && !text.startsWith('OPTIONS')),
    ).toEqual([]);
    expect(asha.agent.snapshot().calls[0]?.phase).toBe('recovering');
  });
});

describe('a flow that breaks', () => {
  it('while the far end hangs up: the gateway brings the BYE when she is back', async () => {
    const [asha, kamau] = [await started('1001'), await started('1002')];
    const [, his] = await talk(asha, kamau);
    await fixture.fault('/drop', { user: '1001' });
    await asha.until(({ calls }) => calls[0]?.phase === 'recovering');
    kamau.agent.act(his, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });
  it('cut during a call: recovering, then active again, and he can hang up', async () => {
    const [asha, kamau] = [await started('1001'), await started('1002')];
    const [, his] = await talk(asha, kamau);
    await fixture.fault('/drop', { user: '1001' });
    await asha.until(({ calls }) => calls[0]?.phase === 'recovering');
    await asha.call('active');
    expect(kamau.agent.snapshot().calls[0]?.phase).toBe('active');
    kamau.agent.act(his, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });

  it('cut while she hangs up: ended here at once, and there after the return', async () => {
    const [asha, kamau] = [await started('1001'), await started('1002')];
    const [hers] = await talk(asha, kamau);
    await fixture.fault('/drop', { user: '1001' });
    await asha.until(({ calls }) => calls[0]?.phase === 'recovering');
    asha.agent.act(hers, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });

  it('silent after the computer woke up: found by the probe within a second', async () => {
    const asha = await started('1001');
    await fixture.fault('/silent', { user: '1001', on: true });
    asha.agent.reconnectNow();
    await asha.until(({ registration }) => registration.phase === 'waiting');
    await fixture.fault('/silent', { user: '1001', on: false });
    await asha.registered();
    expect(asha.events.map(({ title, detail }) => `${title}: ${detail}`)).toContain(
      'Connection lost: the gateway gave no answer for 1 s',
    );
    expect(wireScriptOf(asha).filter((line) => line === '> REGISTER').length).toBe(2);
  });
});
