import { expect, describe, it } from 'vitest';
import { fail, ok, type Result } from '../../../contracts/base/result';
import { setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';
import { localResponse } from '../wire/sip-wire';

const { board, phoneOf } = setUpSwitchboard();

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
      await a.agent.place('1009');
      if (cause === null) {
        await b.call('ringing');
        a.agent.end((await a.call('ringing')).id);
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
});
