import { describe, expect, it } from 'vitest';
import { localResponse, peek } from '../wire/sip-wire';
import { setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';

const { board, pair } = setUpSwitchboard();

/** Phone a calls 1002, whose answer is this one instead of its own. */
async function refusedWith(status: number, phrase: string, headers: readonly string[]) {
  const [a] = await pair();
  board().judge = ({ message }) => (message.kind === 'response' && message.status === 180 ? 'swallow' : 'pass');
  await a.agent.place('1002');
  await expect.poll(() => a.trace.some(({ text }) => text.startsWith('INVITE'))).toBe(true);
  const invite = peek(a.trace.find(({ text }) => text.startsWith('INVITE'))?.text ?? '');
  if (invite === null) expect.unreachable();
  board().inject(
    '1001',
    localResponse(invite, status, phrase).replace('Content-Length: 0', [...headers, 'Content-Length: 0'].join('\r\n')),
  );
  return await a.call('ended');
}

describe('why a call failed, from the wire to the cause', () => {
  it.each([
    [403, 'Forbidden', ['Reason: Q.850;cause=21'], 'declined-by-peer'],
    [403, 'Forbidden', [], 'refused'],
    [603, 'Decline', [], 'declined-by-peer'],
    [
      603,
      'Network Blocked',
      ['Reason: Q.850;cause=21;text="v=analytics1;url=https://redress.example.com";location=LN'],
      'blocked',
    ],
    [480, 'Temporarily Unavailable', ['Reason: SIP;cause=480', 'Reason: Q.850;cause=17'], 'busy'],
    [433, 'Anonymity Disallowed', [], 'anonymous-refused'],
    [482, 'Loop Detected', [], 'loop'],
    [484, 'Address Incomplete', [], 'incomplete'],
    [607, 'Unwanted', [], 'unwanted'],
    [302, 'Moved Temporarily', [], 'redirect-failed'],
  ])('%i %s %j is %s', async (status, phrase, headers, cause) => {
    const ended = await refusedWith(status, phrase, headers);
    expect(ended).toMatchObject({ cause });
    // The code is for Details, as it was written.
    expect(ended.phase === 'ended' && ended.details).toContain(`${status} ${phrase}`);
  });
  it('calling the own number says so: the INVITE comes back to this phone', async () => {
    const [a] = await pair();
    await a.agent.place('1001');
    expect(await a.call('ended')).toMatchObject({ cause: 'own-number', details: '482 Loop Detected' });
    expect(a.microphone.inUse()).toBe(0);
  });
});
