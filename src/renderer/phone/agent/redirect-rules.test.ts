import { expect, describe, it } from 'vitest';
import { fail, ok, type Result } from '../../../contracts/base/result';
import { setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';
import { localResponse } from '../wire/sip-wire';

const { board, phoneOf } = setUpSwitchboard();

/** 1009 sends its calls on to `contact`. */
function sendOn(contact: string): void {
  board().judge = ({ message, text }) => {
    if (message.method !== 'INVITE' || !text.startsWith('INVITE sip:1009@')) return 'pass';
    board().inject(
      '1001',
      localResponse(message, 302, 'Moved Temporarily').replace(
        'Content-Length: 0',
        `Contact: ${contact}\r\nContent-Length: 0`,
      ),
    );
    return 'swallow';
  };
}

describe('a call', () => {
  it('that is redirected asks the rules of the line, and ends with the one that forbids it', async () => {
    const asked: string[] = [];
    const mayCall = (target: string): Promise<Result<unknown>> => {
      asked.push(target);
      return Promise.resolve(
        target.includes('1900') ? fail('dial-denied', 'This line may not call numbers that match "+1900*".') : ok(null),
      );
    };
    const [a, b] = [phoneOf('1001', { mayCall }), phoneOf('1002')];
    for (const { agent } of [a, b]) agent.start();
    await Promise.all([a.registered(), b.registered()]);
    for (const [contact, cause] of [
      ['<sip:1002@practice.invalid>', null],
      ['<sip:+19001234567@practice.invalid>', 'redirect-forbidden'],
      ['<sip:+1%2D900-1234567@practice.invalid;user=phone>', 'redirect-forbidden'],
    ] as const) {
      const invites = a.trace.filter(({ text }) => text.startsWith('INVITE')).length;
      sendOn(contact);
      await a.agent.place('1009');
      if (cause === null) {
        await b.call('ringing');
        a.agent.act((await a.call('ringing')).id, { verb: 'end' });
        await a.call('ended');
        await b.call('ended');
      } else {
        expect(await a.call('ended')).toMatchObject({
          cause,
          details: '302 Moved Temporarily - This line may not call numbers that match "+1900*".',
        });
        expect(a.trace.filter(({ text }) => text.startsWith('INVITE'))).toHaveLength(invites + 1);
      }
    }
    const denied = 'sip:+19001234567@practice.invalid';
    expect(asked).toEqual(['sip:1002@practice.invalid', denied, denied]);
    expect(a.microphone.inUse()).toBe(0);
  });

  it.each<readonly [typed: string, contact: string, after: string]>([
    ['1009', '<sip:1002@practice.invalid>', ''],
    ['1009,,12#', '<sip:1002@practice.invalid>', '4s:12#'],
    ['1009', '<tel:1002;ext=45>', 'ask:45'],
    ['1009', '<tel:1002,,12#>', '4s:12#'],
    ['1009', '<sip:1002;ext=45@practice.invalid;user=phone>', 'ask:45'],
    ['1009', '<sip:1002,12@practice.invalid>;q=0.5', '2s:12'],
    ['1009x3', '<tel:1002;ext=45,6>', 'ask:45 2s:6 ask:3'],
  ])('of %s that is sent on to %s keeps for after the answer: %s', async (typed, contact, after) => {
    const [a, b] = [phoneOf('1001'), phoneOf('1002')];
    for (const { agent } of [a, b]) agent.start();
    await Promise.all([a.registered(), b.registered()]);
    sendOn(contact);
    await a.agent.place(typed);
    await b.call('ringing');
    const { after: kept = [], dialled } = await a.call('ringing');
    expect(kept.map(({ digits, when, waitS }) => `${when === 'ask' ? 'ask' : `${waitS}s`}:${digits}`).join(' ')).toBe(
      after,
    );
    // "Call again" begins where the agent did.
    expect(dialled).toBe(typed);
    const invites = a.trace.filter(({ text }) => text.startsWith('INVITE')).map(({ text }) => text.split(' ')[1]);
    expect(invites.at(-1)).toMatch(/^sip:1002@practice\.invalid(?:;user=phone)?$/);
  });

  it('that is sent on to what is no number ends as one that leads nowhere', async () => {
    const a = phoneOf('1001');
    a.agent.start();
    await a.registered();
    sendOn('<tel:+00254722000001>');
    await a.agent.place('1009');
    expect(await a.call('ended')).toMatchObject({
      cause: 'redirect-failed',
      details: expect.stringContaining('no country code begins with 0') as unknown,
    });
  });
});
