import { expect, it } from 'vitest';
import { takeAnotherAnswer } from './another-answer';

/** As WebRTC has it: one answer to an offer. */
function connection() {
  const did: string[] = [];
  const made = {
    signalingState: 'have-local-offer' as RTCSignalingState,
    remoteDescription: null as RTCSessionDescription | null,
    setRemoteDescription: (description: RTCSessionDescriptionInit): Promise<void> => {
      if (description.type === 'answer' && made.signalingState !== 'have-local-offer')
        return Promise.reject(new Error(`an answer in ${made.signalingState}`));
      did.push(`${description.type} ${description.sdp ?? ''}`);
      made.signalingState = description.type === 'answer' ? 'stable' : 'have-remote-offer';
      made.remoteDescription = description as RTCSessionDescription;
      return Promise.resolve();
    },
    createOffer: () => Promise.resolve<RTCSessionDescriptionInit>({ type: 'offer', sdp: 'ours' }),
    setLocalDescription: (description: RTCLocalSessionDescriptionInit): Promise<void> => {
      did.push(`our ${description.type ?? ''}`);
      made.signalingState = description.type === 'offer' ? 'have-local-offer' : 'stable';
      return Promise.resolve();
    },
  };
  takeAnotherAnswer(made);
  return { made, did };
}

it('takes answers one after the other, each to the same offer made again', async () => {
  const { made, did } = connection();
  for (const sdp of ['a', 'b', 'c']) await made.setRemoteDescription({ type: 'answer', sdp });
  expect(did).toEqual(['answer a', 'our offer', 'answer b', 'our offer', 'answer c']);
});
it('leaves offers, and the answer to an offer of ours, alone', async () => {
  const { made, did } = connection();
  await made.setRemoteDescription({ type: 'answer', sdp: 'a' });
  await made.setRemoteDescription({ type: 'offer', sdp: 'b' });
  await made.setLocalDescription({ type: 'answer' });
  await made.setLocalDescription({ type: 'offer' });
  await made.setRemoteDescription({ type: 'answer', sdp: 'c' });
  expect(did).toEqual(['answer a', 'offer b', 'our answer', 'our offer', 'answer c']);
});
it('takes none where there was no offer of ours', async () => {
  const { made } = connection();
  made.signalingState = 'stable';
  await expect(made.setRemoteDescription({ type: 'answer', sdp: 'a' })).rejects.toThrow('stable');
});
