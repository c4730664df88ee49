/** What a call and its registration outlive: the flow, the gateway's memory, the network, this computer's sleep. */
import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../../test/support/fake-clock';
import { grantWithToken } from '../../../../test/support/phones/grants';
import type { TestPhone } from '../../../../test/support/phones/phone';
import { connectionOf, setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';

const { board, inCall, phoneOf, webRtc } = setUpSwitchboard();

/** The methods of what this user's phone sent, responses left out. */
const requestsOf = (user: string): string[] =>
  board().story.flatMap((line) => new RegExp(`^${user}: ([A-Z]+) `).exec(line)?.[1] ?? []);
const problemOf = (phone: TestPhone): string | null | undefined => phone.agent.snapshot().calls[0]?.problem;
const phaseOf = (phone: TestPhone): string | undefined => phone.agent.snapshot().calls[0]?.phase;

/** A call of 1001 whose engine lives by a clock of ours; the gateway is elsewhere. */
async function slowCall(settings: Parameters<typeof webRtc>[0] = {}): Promise<{
  readonly a: TestPhone;
  readonly b: TestPhone;
  readonly clock: FakeClock;
  readonly pass: (ms: number) => Promise<void>;
}> {
  webRtc({ address: '10.77.1.2', ...settings });
  const clock = createFakeClock(Date.now());
  let tokens = 0;
  const a = phoneOf('1001', {
    clock,
    mint: () => {
      tokens += 1;
      return grantWithToken(`elsewhere-${tokens}`, {
        url: 'wss://pbx.invalid/',
        identity: '1001@practice.invalid',
        instanceId: '6f1f6a8e-53a0-4a4e-9f0b-0d2a4d7c1001',
      });
    },
  });
  const b = phoneOf('1002');
  /** Lets the network and JsSIP do their part at each step. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= Math.min(left, 500)) {
      await clock.advance(Math.min(left, 500));
      for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    }
  };
  const until = async (done: () => boolean): Promise<void> => {
    await expect
      .poll(
        async () => {
          await pass(5);
          return done();
        },
        { interval: 1 },
      )
      .toBe(true);
  };
  a.agent.start();
  b.agent.start();
  await until(() => a.agent.snapshot().registration.phase === 'registered');
  const placing = a.agent.place('1002');
  await until(() => phaseOf(b) === 'ringing');
  // It resolves by the clock.
  await pass(100);
  await placing;
  await b.agent.act(b.agent.snapshot().calls[0]?.id ?? '', { verb: 'answer' });
  await until(() => phaseOf(a) === 'active' && phaseOf(b) === 'active');
  return { a, b, clock, pass };
}

describe('a hold', () => {
  it('keeps the digits that were pressed before it, and they sound after it', async () => {
    const { a, pass } = await slowCall();
    const id = a.agent.snapshot().calls[0]?.id ?? '';
    const { sounded } = connectionOf(0).dtmf;
    a.agent.act(id, { verb: 'send-digits', digits: '123' });
    a.agent.act(id, { verb: 'hold' });
    await pass(2_000);
    expect(sounded).toEqual(['1']);
    a.agent.act(id, { verb: 'resume' });
    await pass(2_000);
    expect(sounded).toEqual(['1', '2', '3']);
  });
});

describe('30 s without any network', () => {
  it('the call waits, and has a new path as soon as it is registered again', async () => {
    const { a, b, pass } = await slowCall();
    board().refuseOpen = true;
    board().cut('1001');
    await pass(5_000);
    connectionOf(0).setIce('disconnected');
    await pass(15_000);
    connectionOf(0).setIce('failed');
    await pass(10_000);
    expect(phaseOf(a)).toBe('recovering');
    const before = requestsOf('1001').length;
    board().refuseOpen = false;
    // Back-off has at most a second to go.
    await pass(1_000);
    await expect
      .poll(async () => {
        await pass(5);
        return requestsOf('1001').slice(before);
      })
      .toEqual(['REGISTER', 'INVITE', 'ACK']);
    expect(connectionOf(0).localDescription?.sdp).toContain('ice-ufrag:gen1');
    expect(phaseOf(a)).toBe('recovering');
    connectionOf(0).setIce('connected');
    expect(phaseOf(a)).toBe('active');
    expect(phaseOf(b)).toBe('active');
  });
  it('says for how long, from the first moment', async () => {
    const { a, clock, pass } = await slowCall();
    connectionOf(0).setIce('disconnected');
    const since = clock.now();
    await pass(3_000);
    board().refuseOpen = true;
    board().cut('1001');
    await pass(3_000);
    expect(a.agent.snapshot().calls[0]).toMatchObject({ phase: 'recovering', since });
  });
  it('gives up when the sound stays away for a minute and a half', async () => {
    const { a, pass } = await slowCall();
    board().refuseOpen = true;
    board().cut('1001');
    connectionOf(0).setIce('failed');
    await pass(89_000);
    expect(phaseOf(a)).toBe('recovering');
    await pass(2_000);
    expect(a.agent.snapshot().calls[0]).toMatchObject({ phase: 'ended', cause: 'connection-lost' });
  });
  it('never gives up a call whose sound goes on', async () => {
    const { a, pass } = await slowCall();
    board().refuseOpen = true;
    board().cut('1001');
    await pass(300_000);
    expect(phaseOf(a)).toBe('recovering');
    board().refuseOpen = false;
    await pass(15_000);
    expect(phaseOf(a)).toBe('active');
  });
  it('digits that need a request are sent after it, however long it was', async () => {
    const { a, pass } = await slowCall({ telephoneEvent: false });
    board().refuseOpen = true;
    board().cut('1001');
    await pass(1_000);
    a.agent.act(a.agent.snapshot().calls[0]?.id ?? '', { verb: 'send-digits', digits: '78' });
    await pass(60_000);
    board().refuseOpen = false;
    await pass(15_000);
    expect(requestsOf('1001').filter((method) => method === 'INFO')).toHaveLength(2);
    expect(problemOf(a)).toBeNull();
  });
  it('tries another path when the one that was agreed stays silent', async () => {
    const { pass } = await slowCall();
    connectionOf(0).setIce('disconnected');
    await expect
      .poll(async () => {
        await pass(5);
        return connectionOf(0).localDescription?.sdp;
      })
      .toContain('ice-ufrag:gen1');
    await pass(4_500);
    await expect
      .poll(async () => {
        await pass(5);
        return connectionOf(0).localDescription?.sdp;
      })
      .toContain('ice-ufrag:gen2');
  });
});

describe('an address that goes away', () => {
  it('a new flow beside the old one, REGISTER and a new path over it; registered and in the call all the time', async () => {
    const { a, pass } = await slowCall();
    const phases = new Set<string>();
    a.agent.subscribe(() => phases.add(`${a.agent.snapshot().registration.phase} ${phaseOf(a) ?? ''}`));
    const before = requestsOf('1001').length;
    a.agent.networkChanged({ lost: true, connected: true });
    await expect
      .poll(async () => {
        await pass(5);
        return requestsOf('1001').slice(before);
      })
      .toEqual(['REGISTER', 'INVITE', 'ACK']);
    expect(connectionOf(0).localDescription?.sdp).toContain('ice-ufrag:gen1');
    expect([...phases]).toEqual(['registered active']);
    const sentOnOld = a.trace.filter(
      ({ direction, flow, text }) => flow === 1 && direction === 'out' && /^(REGISTER|INVITE)/.test(text),
    ).length;
    expect(sentOnOld).toBe(2);
    expect(
      a.trace.filter(
        ({ direction, flow, text }) => flow === 2 && direction === 'out' && /^(REGISTER|INVITE)/.test(text),
      ).length,
    ).toBe(2);
  });
  it('takes the flow with it: the one beside it goes on and is enough', async () => {
    const { a, pass } = await slowCall();
    a.agent.networkChanged({ lost: true, connected: true });
    board().cut('1001');
    await pass(100);
    await expect
      .poll(async () => {
        await pass(5);
        return a.agent.snapshot().registration.phase;
      })
      .toBe('registered');
    await pass(50);
    expect(board().opened.filter((line) => line.startsWith('1001')).length).toBe(2);
    expect(phaseOf(a)).toBe('active');
    await expect
      .poll(async () => {
        await pass(5);
        return connectionOf(0).localDescription?.sdp;
      })
      .toContain('ice-ufrag:gen1');
  });
  it('and comes back later: nobody waits for the back-off', async () => {
    const { a, pass } = await slowCall();
    board().refuseOpen = true;
    a.agent.networkChanged({ lost: true, connected: false });
    board().cut('1001');
    const tried = board().opened.length;
    await pass(20_000);
    expect(a.agent.snapshot().registration).toMatchObject({
      phase: 'waiting',
      sentence: 'This computer has no network.',
    });
    expect(board().opened.length - tried).toBeLessThanOrEqual(3);
    expect(a.agent.snapshot().registration.phase).not.toBe('registered');
    board().refuseOpen = false;
    a.agent.networkChanged({ lost: false, connected: true });
    await pass(10);
    expect(a.agent.snapshot().registration.phase).toBe('registered');
    await expect
      .poll(async () => {
        await pass(5);
        return connectionOf(0).localDescription?.sdp;
      })
      .toContain('ice-ufrag:gen1');
  });
  it('a new one beside it changes nothing', async () => {
    const { a, pass } = await slowCall();
    const before = board().story.length;
    a.agent.networkChanged({ lost: false, connected: true });
    await pass(3_000);
    expect(board().story.length).toBe(before);
    expect(phaseOf(a)).toBe('active');
  });
});

describe('a sleep of 60 s', () => {
  it('registered again at once, and the far end that gave up meanwhile is found to be gone', async () => {
    const { a, b, pass } = await slowCall();
    // Nothing runs here while the computer sleeps; what the gateway sends gets lost with the old flow.
    board().judge = ({ message }) => (message.method === 'BYE' ? { status: 408, phrase: 'Request Timeout' } : 'pass');
    b.agent.act(b.agent.snapshot().calls[0]?.id ?? '', { verb: 'end' });
    await b.call('ended');
    board().judge = () => 'pass';
    connectionOf(0).setIce('disconnected');
    a.agent.reconnectNow();
    await pass(2_000);
    expect(a.agent.snapshot().registration.phase).toBe('registered');
    expect(board().opened.filter((line) => line.startsWith('1001')).length).toBe(2);
    await expect
      .poll(async () => {
        await pass(5);
        return a.agent.snapshot().calls[0];
      })
      .toMatchObject({ phase: 'ended', cause: 'hung-up-by-peer' });
  });
  it('a call whose far end waited goes on', async () => {
    const { a, b, pass } = await slowCall();
    a.agent.reconnectNow();
    await pass(2_000);
    expect([phaseOf(a), phaseOf(b), problemOf(a)]).toEqual(['active', 'active', null]);
    expect(requestsOf('1001').filter((method) => method === 'INVITE').length).toBe(2);
  });
});

describe('no token for a while', () => {
  it('leaves the flow and the call alone, and takes the next token that main makes', async () => {
    const [a] = await inCall();
    const phases = new Set<string>();
    a.agent.subscribe(() => phases.add(a.agent.snapshot().registration.phase));
    board().refuseOpen = true;
    // Main's renewal came just before the provider went away: the handshake fails, and so does the mint for the next try.
    a.renew(grantWithToken('late', { identity: '1001@practice.invalid', expiresAt: Date.now() + 60_000 }));
    await expect.poll(() => board().opened.length).toBe(3);
    board().refuseOpen = false;
    a.renew(
      grantWithToken('at-last', {
        identity: '1001@practice.invalid',
        fingerprint: '00000009',
        expiresAt: Date.now() + 60_000,
      }),
    );
    await a.until(({ grant }) => grant?.fingerprint === '00000009');
    expect([[...phases], phaseOf(a)]).toEqual([['registered'], 'active']);
  });
});
