/** RFC 4733 digits through the browser's RTCDTMFSender. */

/** The sender of telephone-events, or null where the far end's SDP takes none (then INFO is the way). */
export function toneSenderOf(connection: RTCPeerConnection | null): RTCDTMFSender | null {
  const remote = connection?.remoteDescription?.sdp ?? '';
  if (connection === null || !/^a=rtpmap:\d+ telephone-event\//im.test(remote)) return null;
  const sender = connection.getSenders().find((one) => one.track?.kind === 'audio');
  const tones = sender?.dtmf ?? null;
  return tones !== null && tones.canInsertDTMF ? tones : null;
}
