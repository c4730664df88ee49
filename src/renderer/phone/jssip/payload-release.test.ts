import { describe, expect, it } from 'vitest';
import { PAYLOAD_CHANGES } from '../../../../test/support/phones/payload-changes';
import { changedPayloads } from '../wire/sdp/payload-changes';
import { readRemote } from '../wire/sdp/remote-description';
import { releasePayloads } from './payload-release';

const forChromium = (sdp: string): string => {
  const remote = readRemote(sdp, 'offer', null);
  if (typeof remote === 'string') throw new Error(remote);
  return remote.write('0');
};

/** As Chromium does it: an answer has the offer's payloads, and is refused where one of them was another codec before. */
function connectionLikeChromium() {
  const connection = {
    localDescription: null as RTCSessionDescription | null,
    remoteDescription: null as RTCSessionDescription | null,
    offers: 0,
    setRemoteDescription: (description: RTCSessionDescriptionInit): Promise<void> => {
      connection.remoteDescription = description as RTCSessionDescription;
      connection.offers += 1;
      return Promise.resolve();
    },
    createAnswer: (): Promise<RTCSessionDescriptionInit> =>
      Promise.resolve({ type: 'answer', sdp: connection.remoteDescription?.sdp ?? '' }),
    setLocalDescription: (description?: RTCLocalSessionDescriptionInit): Promise<void> => {
      const sdp = description?.sdp ?? '';
      if (changedPayloads(connection.localDescription?.sdp ?? '', sdp).size > 0)
        return Promise.reject(new Error('recv parameters'));
      connection.localDescription = description as RTCSessionDescription;
      return Promise.resolve();
    },
  };
  return connection;
}

describe('an offer whose payload numbers are other codecs than before', () => {
  it.each(PAYLOAD_CHANGES)('$name', async ({ before, offer, changed }) => {
    const connection = connectionLikeChromium();
    releasePayloads(connection);
    const hear = async (sdp: string): Promise<void> => {
      await connection.setRemoteDescription({ type: 'offer', sdp: forChromium(sdp) });
      await connection.setLocalDescription(await connection.createAnswer());
    };
    for (const sdp of before) await hear(sdp);
    const offers = connection.offers;
    await hear(offer);
    expect(connection.localDescription?.sdp).toBe(forChromium(offer));
    expect(connection.offers - offers).toBe(changed.length > 0 ? 2 : 1);
  });
  it('leaves answers alone', async () => {
    const connection = connectionLikeChromium();
    releasePayloads(connection);
    const [change] = PAYLOAD_CHANGES.filter(({ changed }) => changed.length > 0);
    await connection.setRemoteDescription({ type: 'offer', sdp: forChromium(change?.before[0] ?? '') });
    await connection.setLocalDescription(await connection.createAnswer());
    await connection.setRemoteDescription({ type: 'answer', sdp: forChromium(change?.offer ?? '') });
    expect(connection.offers).toBe(2);
  });
});
