import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { type Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { VoiceEnded } from '../../contracts/call/voice';
import type { NewAuditEntry } from '../audit/audit-log';
import type { VoiceToken } from '../tokens/broker';
import { Secret } from '../secrets/secret';
import { createVoiceCalls, type VoiceCallsPorts } from './voice-calls';
import { exampleProfile } from '../../../test/support/app/example-profile';

const assistant = (policy: object = {}): Profile =>
  exampleProfile({
    id: 'assistant',
    name: 'Front desk',
    environment: 'development',
    provider: { kind: 'openai-realtime', tools: ['end_call'] },
    identity: '',
    gatewayUrl: '',
    presentation: { kind: 'main-injected' },
    policy: { purposes: ['voice'], ...policy },
  });
const OFFER = 'v=0\r\nm=audio 9\r\na=fingerprint:x';
const TOKEN = `ek_${randomUUID()}`;

function setUp(
  replaced: Partial<VoiceCallsPorts> & { readonly profile?: Profile; readonly placeWhen?: Promise<void> } = {},
) {
  const clock = createFakeClock();
  const audited: NewAuditEntry[] = [];
  const told: VoiceEnded[] = [];
  const placed: { token: string; offer: string }[] = [];
  const hungUp: string[] = [];
  const refusals: Result<null>[] = [];
  const secret = Secret.generate();
  const profile = replaced.profile ?? assistant();
  const token: VoiceToken = { profile, token: TOKEN, issuedAt: 0, expiresAt: 60_000, fingerprint: '01234567' };
  const voice = createVoiceCalls({
    profiles: { find: (id) => (id === profile.id ? profile : null) },
    broker: { voiceToken: () => Promise.resolve(ok(token)) },
    keys: {
      active: () => Promise.resolve(ok({ fingerprint: secret.fingerprint, open: () => Promise.resolve(ok(secret)) })),
    },
    calls: {
      place: async (_profile, used, offer) => {
        placed.push({ token: used, offer });
        await replaced.placeWhen;
        return ok({ answer: 'v=0\r\nanswer', systemId: `rtc_${placed.length}` });
      },
      hangUp: (_profile, systemId) => {
        hungUp.push(systemId);
        return Promise.resolve(refusals.shift() ?? ok(null));
      },
    },
    audit: (entry) => audited.push(entry),
    onEnded: (ended) => told.push(ended),
    clock,
    newId: randomUUID,
    ...replaced,
  });
  const place = async (): Promise<string> => {
    const result = await voice.place({ profileId: 'assistant', offer: OFFER });
    if (!result.ok) throw new Error(result.failure.sentence);
    return result.value.callId;
  };
  const tool = (callId: string, name: string, text = '{}', toolCallId = 't1') =>
    voice.runTool({ callId, toolCallId, name, arguments: text });
  return { voice, clock, audited, told, placed, hungUp, refusals, place, tool };
}

describe('placing a call', () => {
  it('uses a token that comes back nowhere, and an id of its own', async () => {
    const { voice, placed, audited } = setUp();
    const result = await voice.place({ profileId: 'assistant', offer: OFFER });
    expect(placed).toEqual([{ token: TOKEN, offer: OFFER }]);
    expect(result).toMatchObject({ ok: true, value: { answer: 'v=0\r\nanswer' } });
    expect(JSON.stringify([result, audited])).not.toMatch(/ek_|rtc_/);
    expect(audited).toMatchObject([{ what: 'voice-call', profileId: 'assistant', step: 'placed' }]);
  });

  it('is refused on a line without assistant, and twice at once', async () => {
    const { voice, place } = setUp();
    expect(await voice.place({ profileId: 'practice', offer: OFFER })).toMatchObject({
      ok: false,
      failure: { reason: 'unknown-profile' },
    });
    const both = await Promise.all([
      voice.place({ profileId: 'assistant', offer: OFFER }),
      voice.place({ profileId: 'assistant', offer: OFFER }),
    ]);
    expect(both.map((each) => (each.ok ? 'placed' : each.failure.reason))).toEqual(['placed', 'rate-limited']);
    await expect(place()).rejects.toThrow('going on already');
    // Of the one that is still being placed the window may know nothing: whoever gave it up can't end it.
    const slow = setUp({ placeWhen: new Promise(() => undefined) });
    void slow.voice.place({ profileId: 'assistant', offer: OFFER });
    expect(await slow.voice.place({ profileId: 'assistant', offer: OFFER })).toMatchObject({
      ok: false,
      failure: {
        reason: 'rate-limited',
        sentence: expect.stringContaining('Try again in a moment.') as string,
        action: 'retry',
      },
    });
  });

  it('is refused as its token is, and leaves nothing behind', async () => {
    const { voice, placed } = setUp({
      broker: { voiceToken: () => Promise.resolve(fail('outside-hours', 'Closed.')) },
    });
    for (let n = 0; n < 2; n += 1)
      expect(await voice.place({ profileId: 'assistant', offer: OFFER })).toMatchObject({
        ok: false,
        failure: { reason: 'outside-hours' },
      });
    expect(placed).toEqual([]);
  });
});

describe('ending a call', () => {
  it('is told to the system once, whoever asks how often', async () => {
    const { voice, place, hungUp, audited } = setUp();
    const callId = await place();
    expect(await Promise.all([voice.hangUp(callId), voice.hangUp(callId)])).toEqual([ok(null), ok(null)]);
    expect(await voice.hangUp(callId)).toEqual(ok(null));
    expect(await voice.hangUp(randomUUID())).toEqual(ok(null));
    expect(hungUp).toEqual(['rtc_1']);
    expect(audited.at(-1)).toMatchObject({ what: 'voice-call', step: 'ended' });
    await place();
  });

  it('is tried again while the system has trouble, and given up at last', async () => {
    const { voice, place, clock, hungUp, refusals, audited } = setUp();
    const trouble = fail('provider-unreachable', 'Trouble.', 'retry', { retryAfterMs: 700 });
    refusals.push(trouble, trouble);
    const first = voice.hangUp(await place());
    await clock.advance(10_000);
    expect(await first).toEqual(ok(null));
    expect(hungUp).toEqual(['rtc_1', 'rtc_1', 'rtc_1']);
    refusals.push(trouble, trouble, trouble, trouble, trouble);
    const second = voice.hangUp(await place());
    await clock.advance(60_000);
    expect(await second).toMatchObject({ ok: false, failure: { reason: 'provider-unreachable' } });
    expect(hungUp).toHaveLength(8);
    expect(audited.at(-1)).toMatchObject({ what: 'voice-call', step: 'failed' });
  });

  it('comes by itself at the longest call that the policy allows', async () => {
    const { place, clock, told, hungUp } = setUp({ profile: assistant({ maxCallS: 60 }) });
    const callId = await place();
    await clock.advance(59_000);
    expect(told).toEqual([]);
    await clock.advance(1_000);
    expect(told).toEqual([{ callId, cause: 'time-limit', details: '' }]);
    expect(hungUp).toEqual(['rtc_1']);
  });

  it('reaches a call that is still being placed when everything is to end', async () => {
    let let_go = (): void => undefined;
    const { voice, clock, hungUp, told } = setUp({ placeWhen: new Promise((resolve) => (let_go = resolve)) });
    const placing = voice.place({ profileId: 'assistant', offer: OFFER });
    await clock.settle();
    await voice.endAll({ cause: 'hung-up', details: '' });
    let_go();
    expect(await placing).toMatchObject({ ok: false, failure: { reason: 'cancelled' } });
    expect(hungUp).toEqual(['rtc_1']);
    expect(told).toEqual([]);
  });

  it('waits for the system when everything ends, but not for long', async () => {
    const { voice, place, clock, told } = setUp({
      calls: {
        place: () => Promise.resolve(ok({ answer: '', systemId: 'rtc_1' })),
        hangUp: () => new Promise(() => undefined),
      },
    });
    const callId = await place();
    let over = false;
    void voice.endAll({ cause: 'hung-up', details: '' }).then(() => (over = true));
    await clock.advance(2_900);
    expect(over).toBe(false);
    await clock.advance(200);
    expect(over).toBe(true);
    expect(told).toEqual([{ callId, cause: 'hung-up', details: '' }]);
  });
});

describe('a tool', () => {
  it('runs for a live call of a line that has it, once for each id', async () => {
    const { place, tool, clock, told, hungUp, audited } = setUp();
    const callId = await place();
    expect(await tool(callId, 'end_call')).toEqual(ok({ output: '{"done":true}' }));
    expect(await tool(callId, 'end_call')).toEqual(ok({ output: '{"done":true}' }));
    expect(audited.filter(({ what }) => what === 'tool')).toEqual([
      { what: 'tool', profileId: 'assistant', callId, tool: 'end_call', outcome: 'done' },
    ]);
    expect(told).toEqual([]);
    await clock.advance(2_000);
    expect(told).toEqual([{ callId, cause: 'hung-up-by-peer', details: '' }]);
    expect(hungUp).toEqual(['rtc_1']);
  });

  it('is refused where the line does not have it, the arguments do not fit, or the call is over', async () => {
    const { voice, place, tool, clock, told, audited } = setUp();
    const callId = await place();
    expect(await tool(callId, 'transfer_to_agent', '{"summary":"x"}', 'a')).toMatchObject({
      ok: false,
      failure: { reason: 'invalid-input' },
    });
    expect(await tool(callId, 'toString', '{}', 'b')).toMatchObject({ ok: false });
    expect(await tool(callId, 'end_call', '{"now":true}', 'c')).toMatchObject({
      ok: false,
      failure: { reason: 'invalid-input' },
    });
    expect(await tool(randomUUID(), 'end_call')).toMatchObject({ ok: false });
    expect(audited.filter(({ what }) => what === 'tool')).toMatchObject([
      { outcome: 'refused' },
      { outcome: 'refused' },
      { outcome: 'refused' },
    ]);
    await clock.advance(5_000);
    expect(told).toEqual([]);
    await voice.hangUp(callId);
    expect(await tool(callId, 'end_call', '{}', 'd')).toMatchObject({ ok: false });
  });

  it('is not run without end', async () => {
    const { place, tool, audited } = setUp();
    const callId = await place();
    for (let n = 0; n < 120; n += 1) await tool(callId, 'no_such_tool', '{}', `t${n}`);
    expect(await tool(callId, 'end_call', '{}', 'last')).toMatchObject({
      ok: false,
      failure: { reason: 'rate-limited' },
    });
    expect(audited.filter(({ what }) => what === 'tool')).toHaveLength(100);
  });
});
