import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appChannels } from './app';
import { auditChannels } from './audit';
import { callsChannels } from './calls';
import { eventsChannels } from './events';
import { grantsChannels } from './grants';
import { channels, notifications } from './ipc';
import { channelNames, notificationNames } from './ipc-names';
import { keysChannels } from './keys';
import { locksChannels } from './locks';
import { profilesChannels } from './profiles';
import { proxyChannels } from './proxy';
import { voiceChannels } from './voice';
import { fail, ok } from '../base/result';
import { resultSchema } from '../base/result-schema';

describe('the table of channels', () => {
  it('declares exactly the names, once each', () => {
    expect(Object.keys(channels).sort()).toEqual([...channelNames].sort());
    expect(Object.keys(notifications).sort()).toEqual([...notificationNames].sort());
    expect(new Set([...channelNames, ...notificationNames]).size).toBe(channelNames.length + notificationNames.length);
    // Of two features that declare the same name the second one would take the first one's place.
    const declared = [
      appChannels,
      auditChannels,
      callsChannels,
      eventsChannels,
      grantsChannels,
      keysChannels,
      locksChannels,
      profilesChannels,
      proxyChannels,
      voiceChannels,
    ].flatMap((feature) => Object.keys(feature));
    expect(declared.sort()).toEqual([...channelNames].sort());
  });

  it('lets no window but the phone near keys, grants and profiles', () => {
    for (const name of channelNames)
      if (/^(?:keys|grants|profiles|audit)\./.test(name)) expect(channels[name].windows).toEqual(['phone']);
  });

  it('has no input in which a key, a URL or a header could be given for a mint', () => {
    expect(
      channels['grants.get'].input.safeParse({ profileId: 'practice', purpose: 'sip', url: 'wss://evil.example/' })
        .success,
    ).toBe(false);
    expect(
      channels['voice.place'].input.safeParse({
        profileId: 'assistant',
        offer: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 AB\r\n',
        model: 'x',
      }).success,
    ).toBe(false);
    expect(channels['voice.place'].input.safeParse({ profileId: 'assistant', offer: '{"error":{}}' }).success).toBe(
      false,
    );
    expect(
      channels['keys.pasteFromClipboard'].input.safeParse({ profileId: 'practice', slot: 'active', key: 'x' }).success,
    ).toBe(false);
  });
});

describe('a result', () => {
  it('is built and parsed', () => {
    const schema = resultSchema(z.number());
    expect(schema.parse(ok(5))).toEqual({ ok: true, value: 5 });
    const failed = fail('rate-limited', 'Wait.', 'retry', { retryAfterMs: 5 });
    expect(schema.parse(failed)).toEqual(failed);
    expect(schema.safeParse({ ok: true }).success).toBe(false);
    expect(schema.safeParse(fail('rate-limited', '')).success).toBe(false);
    expect(schema.safeParse(fail('rate-limited', 'x'.repeat(301))).success).toBe(false);
  });
});
