import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openPracticeFixture, type PracticeFixture } from '../../test/support/servers/practice-fixture';
import { mintToken } from '../../test/support/phones/test-tokens';

type Frame = readonly [string | null, string | null, string, string, Readonly<Record<string, unknown>>];

let fixture: PracticeFixture;
let sockets: WebSocket[] = [];
beforeEach(async () => {
  fixture = await openPracticeFixture();
});
afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  sockets = [];
  await fixture.leave();
});

/** A listener that has joined; `status` is that of a refused upgrade. */
async function listen(
  token: string,
  join = true,
): Promise<{
  readonly frames: Frame[];
  readonly send: (...frame: readonly unknown[]) => void;
  readonly status: number | null;
}> {
  const socket = new WebSocket(`${fixture.gateway().url}socket/websocket?session_token=${token}&vsn=2.0.0`);
  sockets.push(socket);
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString('utf8')) as Frame));
  const status = await new Promise<number | null>((resolve) => {
    socket.on('open', () => resolve(null));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', () => undefined);
  });
  const send = (...frame: readonly unknown[]): void => socket.send(JSON.stringify(frame));
  if (status === null && join) {
    send('1', '1', 'events', 'phx_join', {});
    await expect.poll(() => frames.length).toBe(1);
  }
  return { frames, send, status };
}
const told = (frames: readonly Frame[]): string[] =>
  frames.filter(([, , topic, event]) => topic === 'events' && !event.startsWith('phx_')).map(([, , , event]) => event);

describe("the practice gateway's live events", () => {
  it('tell a call from its ring to its end, to those who take part in it', async () => {
    const [hers, his] = [await listen(mintToken({ sub: '1001' })), await listen(mintToken({ sub: '1002' }))];
    expect(hers.frames[0]).toEqual(['1', '1', 'events', 'phx_reply', { status: 'ok', response: { calls: [] } }]);
    const asha = fixture.phone('1001');
    asha.agent.start();
    await asha.registered();
    const placed = await asha.agent.place('echo');
    if (!placed.ok) throw new Error(placed.failure.sentence);
    await asha.call('active');
    await expect
      .poll(() => told(hers.frames))
      .toEqual(['incoming_call', 'call_participant_joined', 'call_answered', 'call_participant_joined']);
    const late = await listen(mintToken({ sub: '1001' }));
    const [row] = (late.frames[0]?.[4] as { response: { calls: Record<string, unknown>[] } }).response.calls;
    expect(row).toMatchObject({
      callUuid: hers.frames[1]?.[4]['callUuid'],
      status: 'answered',
      fromNumber: '1001',
      toNumber: 'echo',
      endedAt: null,
    });
    asha.agent.act(placed.value, { verb: 'end' });
    await expect
      .poll(() => told(hers.frames).slice(4))
      .toEqual(['call_participant_left', 'call_participant_left', 'call_ended']);
    expect(hers.frames.at(-1)?.[4]).toMatchObject({ status: 'completed', endedAt: expect.any(String) as string });
    expect(told(his.frames)).toEqual([]);
  });

  it('tell a call that nobody took as ended', async () => {
    const { frames } = await listen(mintToken({ sub: '1001' }));
    const asha = fixture.phone('1001');
    asha.agent.start();
    await asha.registered();
    await asha.agent.place('busy');
    await asha.call('ended');
    await expect
      .poll(() => told(frames))
      .toEqual(['incoming_call', 'call_participant_joined', 'call_participant_left', 'call_ended']);
  });

  it.each([
    ['no token', () => ''],
    ['a token of another key', () => `${mintToken({ sub: '1001' }).split('.').slice(0, 2).join('.')}.AAAA`],
    ['two tokens', () => `${mintToken({ sub: '1001' })}&session_token=${mintToken({ sub: '1001' })}`],
  ])('are refused for %s', async (_, token) => {
    expect((await listen(token())).status).toBe(401);
  });

  it('answer heartbeats, refuse other topics and everything that is sent, and outlive nonsense', async () => {
    const { frames, send } = await listen(mintToken({ sub: '1001' }));
    send(null, '2', 'phoenix', 'heartbeat', {});
    send('3', '3', 'secrets', 'phx_join', {});
    send('1', '4', 'events', 'end_call', { callUuid: 'a' });
    sockets.at(-1)?.send('nonsense');
    send(null, '5', 'phoenix', 'heartbeat', {});
    await expect
      .poll(() => frames.slice(1))
      .toEqual([
        [null, '2', 'phoenix', 'phx_reply', { status: 'ok', response: {} }],
        ['3', '3', 'secrets', 'phx_reply', { status: 'error', response: { reason: 'unmatched topic' } }],
        ['1', '4', 'events', 'phx_reply', { status: 'error', response: { reason: 'nothing is taken here' } }],
        [null, '5', 'phoenix', 'phx_reply', { status: 'ok', response: {} }],
      ]);
  });

  it('say nothing before the join', async () => {
    const { frames } = await listen(mintToken({ sub: '1001' }), false);
    const asha = fixture.phone('1001');
    asha.agent.start();
    await asha.registered();
    await asha.agent.place('busy');
    await asha.call('ended');
    expect(frames).toEqual([]);
  });
});
