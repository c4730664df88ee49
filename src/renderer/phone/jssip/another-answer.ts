/**
 * A peer connection that takes another answer to our offer: a second one of the same far end before it answers the call, or one of another phone
 * that a proxy called as well (RFC 3261 section 13.2.2.4). Chromium takes one for each offer.
 */

/** The part of a peer connection that is used. */
interface Descriptions {
  readonly signalingState: RTCSignalingState;
  readonly remoteDescription: RTCSessionDescription | null;
  setRemoteDescription: (description: RTCSessionDescriptionInit) => Promise<void>;
  readonly setLocalDescription: (description: RTCLocalSessionDescriptionInit) => Promise<void>;
  readonly createOffer: () => Promise<RTCSessionDescriptionInit>;
}

/** From now on the same offer is made again before an answer that Chromium would not wait for; nobody else hears of it. */
export function takeAnotherAnswer(connection: Descriptions): void {
  const set = connection.setRemoteDescription.bind(connection);
  connection.setRemoteDescription = async (description: RTCSessionDescriptionInit): Promise<void> => {
    const isAnother =
      description.type === 'answer' && connection.signalingState === 'stable' && connection.remoteDescription !== null;
    if (isAnother) await connection.setLocalDescription(await connection.createOffer());
    await set(description);
  };
}
