import { describe, expect, it } from 'vitest';
import type { Call } from '../../contracts/call/call';
import { createRemoteCalls } from '../events/remote-calls';
import { readEvent } from '../events/remote-event';
import type { PhoneSnapshot } from '../phone/port/user-agent';
import type { LineEvents } from './line-events-store';
import { followLineTranscripts } from './line-transcripts';
import { NO_PHONE } from './phone-store';
import { createStore } from '../base/store';
import { createTranscriptStore } from './transcript-store';

const call: Call = {
  id: 'c',
  direction: 'outgoing',
  peer: { uri: 'sip:1002@h', user: '1002', displayName: '' },
  profileId: 'p',
  startedAt: 1_800_000_000_000,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
  phase: 'active',
  answeredAt: 1_800_000_000_000,
};

describe('the transcript of a call of the line', () => {
  it('belongs to the call on the screen, grows with it and goes with it', () => {
    const book = createRemoteCalls();
    const view = (): LineEvents => ({
      phase: 'joined',
      failure: null,
      canEnd: false,
      calls: book.newestFirst(),
      underWay: book.underWay(),
      heard: 0,
    });
    const hear = (event: string, payload: object): void => {
      const read = readEvent(event, { callUuid: 'a', toNumber: '1002', startedAt: call.startedAt, ...payload });
      if (read !== null) book.lay(read);
      lineEvents.set(view());
    };
    const lineEvents = createStore(view());
    const phone = createStore<PhoneSnapshot>({ ...NO_PHONE, calls: [call] });
    const transcripts = createTranscriptStore();
    followLineTranscripts({ phone, lineEvents, transcripts });
    const said = (): string[] => (transcripts.get().get('c') ?? []).map(({ text }) => text);

    hear('call_answered', {});
    expect(said()).toEqual([]);
    hear('call_transcript_delta', { speaker: 'caller', delta: 'Hel' });
    hear('call_transcript_delta', { speaker: 'caller', delta: 'lo' });
    expect(said()).toEqual(['Hello']);
    const before = transcripts.get();
    lineEvents.set(view());
    expect(transcripts.get()).toBe(before);
    phone.set(NO_PHONE);
    expect(transcripts.get().size).toBe(0);
  });
});
