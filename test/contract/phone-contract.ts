/** The engine's real code with JsSIP on both ends: what the agents see, and the wire as a story. */
import { expect, it } from 'vitest';
import type { Grant } from '../../src/contracts/profile/grant';
import type { Call } from '../../src/contracts/call/call';
import { headerOf } from '../../src/gateway/sip-message';
import { FakePeerConnection } from '../support/phones/fake-peer-connection';
import type { TestPhone } from '../support/phones/phone';
import { wireScriptOf } from '../support/phones/wire-script';
import { ANSWER_WITHIN_MS } from './server-under-test';
import type { ContractRoom } from './visitors';

type Phone = TestPhone & { readonly user: string };

export function phoneContract({ visitors, has, numbers }: Omit<ContractRoom, 'server'>): void {
  /**
   * What passed the wire. Asterisk asks each request for a password, and repeats a 200 whose ACK is slow, on a WebSocket too (RFC 3261 section
   * 13.3.1.4): these rounds are left out.
   */
  const scriptOf = (phone: Pick<TestPhone, 'trace'>): string[] => {
    const lines = wireScriptOf(phone).join('\n');
    if (has('end-to-end')) return lines.split('\n');
    return lines
      .replace(/^> ([A-Z]+)(.*)\n< 401 \1\n(?:> ACK\n)?(?=> \1\2$)/gm, '')
      .replace(/^(< 200 INVITE\n> ACK)(?:\n< 200 INVITE\n> ACK)+$/gm, '$1')
      .replace(/^(> 200 INVITE)(?:\n> 200 INVITE)+$/gm, '$1')
      .split('\n');
  };
  /** What a gateway to the telephone network adds (RFC 3326). */
  const withCause = (status: string, cause: number): string =>
    has('end-to-end') ? status : `${status} - Q.850;cause=${cause}`;
  const two = async (): Promise<[Phone, Phone]> => [await visitors().phone(), await visitors().phone()];
  const place = async (phone: TestPhone, target: string): Promise<string> => {
    const placed = await phone.agent.place(target);
    if (!placed.ok) throw new Error(placed.failure.sentence);
    return placed.value;
  };
  const talk = async (asha: Phone, kamau: Phone): Promise<[string, Call]> => {
    const hers = await place(asha, kamau.user);
    const rings = await kamau.call('ringing');
    await asha.call('ringing');
    await kamau.agent.act(rings.id, { verb: 'answer' });
    await Promise.all([asha.call('active'), kamau.call('active')]);
    return [hers, rings];
  };
  const acks = (phone: TestPhone): number => scriptOf(phone).filter((line) => line === '> ACK').length;

  it('she calls, he answers; she holds and resumes, so does he; he hangs up', async () => {
    const [asha, kamau] = await two();
    const [hers, his] = await talk(asha, kamau);
    expect(his.peer).toMatchObject({ user: asha.user });
    asha.agent.act(hers, { verb: 'hold' });
    expect(await kamau.call('held')).toMatchObject({ hold: { byUs: false, byPeer: true } });
    await expect.poll(() => acks(asha)).toBe(2);
    asha.agent.act(hers, { verb: 'resume' });
    await kamau.call('active');
    await expect.poll(() => acks(asha)).toBe(3);
    kamau.agent.act(his.id, { verb: 'hold' });
    expect(await asha.call('held')).toMatchObject({ hold: { byUs: false, byPeer: true } });
    await expect.poll(() => acks(kamau)).toBe(1);
    kamau.agent.act(his.id, { verb: 'resume' });
    await asha.call('active');
    await expect.poll(() => acks(kamau)).toBe(2);
    kamau.agent.act(his.id, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'hung-up' });
    await expect.poll(() => scriptOf(kamau).at(-1)).toBe('< 200 BYE');

    const offerOf = ['< 200 INVITE', '> ACK'];
    expect(scriptOf(asha)).toEqual([
      ...['> REGISTER', '< 200 REGISTER'],
      ...['> INVITE', '< 180 INVITE', ...offerOf],
      ...['> INVITE sendonly', ...offerOf],
      ...['> INVITE', ...offerOf],
      ...['< INVITE sendonly', '> 200 INVITE', '< ACK'],
      ...['< INVITE', '> 200 INVITE', '< ACK'],
      ...['< BYE', '> 200 BYE'],
    ]);
  });

  it('the caller hangs up', async () => {
    const [asha, kamau] = await two();
    const [hers] = await talk(asha, kamau);
    asha.agent.act(hers, { verb: 'end' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up' });
    await expect.poll(() => scriptOf(asha).slice(-2)).toEqual(['> BYE', '< 200 BYE']);
  });

  it('both hold: it is active only when both have resumed', async () => {
    const [asha, kamau] = await two();
    const [hers, { id: his }] = await talk(asha, kamau);
    asha.agent.act(hers, { verb: 'hold' });
    await kamau.call('held');
    await expect.poll(() => acks(asha)).toBe(2);
    kamau.agent.act(his, { verb: 'hold' });
    await asha.until(({ calls }) => calls[0]?.phase === 'held' && calls[0].hold.byUs && calls[0].hold.byPeer);
    await expect.poll(() => acks(kamau)).toBe(1);
    asha.agent.act(hers, { verb: 'resume' });
    await kamau.until(({ calls }) => calls[0]?.phase === 'held' && calls[0].hold.byUs && !calls[0].hold.byPeer);
    await expect.poll(() => acks(asha)).toBe(3);
    kamau.agent.act(his, { verb: 'resume' });
    await Promise.all([asha.call('active'), kamau.call('active')]);
    await expect.poll(() => acks(kamau)).toBe(2);
    asha.agent.act(hers, { verb: 'end' });
    await kamau.call('ended');
  });

  it('digits: as RFC 4733 where the other side takes it, else as INFO', async () => {
    const [asha, kamau] = await two();
    const [hers, { id: his }] = await talk(asha, kamau);
    asha.agent.act(hers, { verb: 'send-digits', digits: '12' });
    await expect.poll(() => FakePeerConnection.all.flatMap(({ dtmf }) => dtmf.sounded).join('')).toBe('12');
    expect(scriptOf(asha)).not.toContain('> INFO');
    for (const connection of FakePeerConnection.all) connection.dtmf.canInsertDTMF = false;
    asha.agent.act(hers, { verb: 'send-digits', digits: '7#' });
    await expect
      .poll(() => scriptOf(asha).filter((line) => line.endsWith('INFO')))
      .toEqual(['> INFO', '< 200 INFO', '> INFO', '< 200 INFO']);
    kamau.agent.act(his, { verb: 'send-digits', digits: '3' });
    await expect.poll(() => scriptOf(kamau).slice(-2)).toEqual(['> INFO', '< 200 INFO']);
    expect(asha.agent.snapshot().calls[0]).toMatchObject({ phase: 'active', sentDigits: '127#', problem: null });
    asha.agent.act(hers, { verb: 'end' });
    await kamau.call('ended');
  });

  it('she gives up: he has a missed call', async () => {
    const [asha, kamau] = await two();
    const hers = await place(asha, kamau.user);
    await Promise.all([asha.call('ringing'), kamau.call('ringing')]);
    asha.agent.act(hers, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'cancelled' });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'cancelled-by-caller' });
    await expect
      .poll(() => scriptOf(asha).slice(2))
      .toEqual(['> INVITE', '< 180 INVITE', '> CANCEL', '< 200 CANCEL', '< 487 INVITE', '> ACK']);
    expect(kamau.events.at(-1)).toMatchObject({ kind: 'call-missed', title: 'Missed call' });
  });

  it('he declines', async () => {
    const [asha, kamau] = await two();
    await place(asha, kamau.user);
    kamau.agent.act((await kamau.call('ringing')).id, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({
      cause: 'declined-by-peer',
      details: numbers.passes(603) === 603 ? '603 Decline' : withCause('403 Forbidden', 21),
    });
    expect(await kamau.call('ended')).toMatchObject({ cause: 'declined' });
  });

  it('he does not want to be disturbed', async () => {
    const [asha, kamau] = await two();
    await place(asha, kamau.user);
    kamau.agent.act((await kamau.call('ringing')).id, { verb: 'end', how: 'busy' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'busy', details: withCause('486 Busy Here', 17) });
  });

  it('nobody has this number', async () => {
    const asha = await visitors().phone();
    await place(asha, '4711');
    expect(await asha.call('ended')).toMatchObject({ cause: 'not-found', details: withCause('404 Not Found', 1) });
    expect(asha.microphone.inUse()).toBe(0);
  });

  it('nobody answers: the server gives up, and it stops ringing there', async () => {
    const [asha, kamau] = await two();
    await place(asha, kamau.user);
    await kamau.call('ringing');
    // Longer than a phone's test waits otherwise.
    await expect.poll(() => causeOf(asha), { timeout: 3 * ANSWER_WITHIN_MS }).toBe('no-answer');
    expect(await kamau.call('ended')).toMatchObject({ cause: 'cancelled-by-caller' });
  });

  it('his other phone takes the call: this one says so', async () => {
    const asha = await visitors().phone();
    const name = visitors().user();
    const kamau = await visitors().phone(name);
    const mobile = await visitors().client(name);
    const invite = asha.agent.place(name);
    const rings = await mobile.nextRequest('INVITE');
    await kamau.call('ringing');
    const answer = {
      toTag: 'mobile',
      headers: [{ name: 'Content-Type', value: 'application/sdp' }],
      body: rings.body.replace('a=setup:actpass', 'a=setup:active'),
    };
    mobile.reply(rings, 200, answer);
    await asha.call('active');
    expect(await kamau.call('ended')).toMatchObject({ cause: 'answered-elsewhere' });
    const placed = await invite;
    if (placed.ok) asha.agent.act(placed.value, { verb: 'end' });
    mobile.reply(await mobile.nextRequest('BYE'), 200);
    await asha.call('ended');
  });

  if (has('end-to-end'))
    it("two phones answer behind one contact: the second gets ACK and BYE, the first one's call goes on", async () => {
      const asha = await visitors().phone();
      const kamau = await visitors().client();
      const placing = asha.agent.place(kamau.user);
      const rings = await kamau.nextRequest('INVITE');
      const answer = {
        headers: [{ name: 'Content-Type', value: 'application/sdp' }],
        body: rings.body.replace('a=setup:actpass', 'a=setup:active'),
      };
      for (const toTag of ['first', 'second']) kamau.reply(rings, 200, { ...answer, toTag });
      const bye = await kamau.nextRequest('BYE');
      expect(headerOf(bye, 'To')).toContain('tag=second');
      kamau.reply(bye, 200);
      const acknowledged = (): (string | undefined)[] =>
        kamau.received
          .filter((message) => message.kind === 'request' && message.method === 'ACK')
          .map((message) => /tag=(\w+)/.exec(headerOf(message, 'To') ?? '')?.[1]);
      // The second dialog is ended below JsSIP, which takes a moment longer for the first one's ACK.
      await expect.poll(() => acknowledged().sort()).toEqual(['first', 'second']);
      const placed = await placing;
      if (!placed.ok) throw new Error(placed.failure.sentence);
      expect(await asha.call('active')).toMatchObject({ id: placed.value });
      asha.agent.act(placed.value, { verb: 'end' });
      const last = await kamau.nextRequest('BYE');
      expect(headerOf(last, 'To')).toContain('tag=first');
      kamau.reply(last, 200);
      expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up' });
    });

  it('his microphone is refused: it rings on, and the second try connects', async () => {
    const [asha, kamau] = await two();
    await place(asha, kamau.user);
    const { id } = await kamau.call('ringing');
    kamau.microphone.failure = 'microphone-busy';
    await kamau.agent.act(id, { verb: 'answer' });
    expect(kamau.agent.snapshot().calls[0]).toMatchObject({ phase: 'ringing', problem: 'microphone-busy' });
    expect(scriptOf(kamau)).not.toContain('> 200 INVITE');
    kamau.microphone.failure = null;
    await kamau.agent.act(id, { verb: 'answer' });
    await Promise.all([asha.call('active'), kamau.call('active')]);
  });

  it('a third one calls her meanwhile: she answers, and he is on hold', async () => {
    const [asha, kamau] = await two();
    await talk(asha, kamau);
    const wanjiru = await visitors().phone();
    await place(wanjiru, asha.user);
    const second = await asha.call('ringing');
    await asha.agent.act(second.id, { verb: 'answer' });
    await Promise.all([wanjiru.call('active'), asha.call('active')]);
    expect(await kamau.call('held')).toMatchObject({ hold: { byPeer: true } });
    expect(asha.agent.snapshot()).toMatchObject({
      activeCallId: second.id,
      calls: [{ phase: 'held' }, { phase: 'active' }],
    });
  });

  it('a renewed token during a call: a second flow, and the call works on', async () => {
    const [asha, kamau] = await two();
    const [hers, { id: his }] = await talk(asha, kamau);
    const renewed = await visitors().grant(asha.user);
    asha.renew(renewed);
    await asha.until(({ grant }) => grant?.fingerprint === renewed.fingerprint);
    // A token opens a WebSocket of its own; a password is for the next request.
    const flow = has('digest') ? 1 : 2;
    const registered = ({ flow: at, text }: TestPhone['trace'][number]): boolean =>
      at === flow && /^SIP\/2\.0 200 [^]*^CSeq: \d+ REGISTER/m.test(text);
    await expect.poll(() => asha.trace.filter(registered).length).toBe(has('digest') ? 2 : 1);
    asha.agent.act(hers, { verb: 'hold' });
    await kamau.call('held');
    asha.agent.act(hers, { verb: 'resume' });
    await kamau.call('active');
    kamau.agent.act(his, { verb: 'end' });
    expect(await asha.call('ended')).toMatchObject({ cause: 'hung-up-by-peer' });
  });

  it('she leaves: a call to her finds nobody', async () => {
    const [asha, kamau] = await two();
    await asha.agent.stop();
    await expect.poll(() => scriptOf(asha).slice(-2)).toEqual(['> REGISTER', '< 200 REGISTER']);
    await place(kamau, asha.user);
    await kamau.call('ended');
    // 404 or 480: see the raw client's `refuses a call to somebody who left`.
    expect(['not-found', 'unreachable']).toContain(causeOf(kamau));
  });

  it('nothing that anybody may see holds a token', async () => {
    const [asha, kamau] = await two();
    const secret = await visitors().grant(asha.user);
    asha.renew(secret);
    await asha.until(({ grant }) => grant?.fingerprint === secret.fingerprint);
    await talk(asha, kamau);
    const seen = JSON.stringify([asha.trace, asha.events, asha.agent.snapshot(), asha.marks]);
    expect(seen).not.toContain(secretOf(secret));
    expect(seen).not.toMatch(/eyJ[\w-]+\.[\w-]+/);
    // The search itself can find one.
    expect(JSON.stringify(secret)).toContain(secretOf(secret));
    if (!has('digest')) expect(secretOf(secret)).toMatch(/eyJ[\w-]+\.[\w-]+/);
  });
}

const secretOf = ({ presentation }: Grant): string => {
  if (presentation.kind === 'query') return presentation.token;
  if (presentation.kind === 'digest') return presentation.password;
  throw new Error('unexpected presentation');
};

const causeOf = (phone: TestPhone): string => {
  const call = phone.agent.snapshot().calls.at(-1);
  return call?.phase === 'ended' ? call.cause : '';
};
