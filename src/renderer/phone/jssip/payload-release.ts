/** A peer connection that takes offers in which payload numbers have become other codecs (see wire/sdp/payload-changes.ts). */
import { offerBefore } from '../wire/sdp/payload-changes';

/** The part of a peer connection that is used. */
interface Descriptions {
  readonly localDescription: RTCSessionDescription | null;
  readonly remoteDescription: RTCSessionDescription | null;
  setRemoteDescription: (description: RTCSessionDescriptionInit) => Promise<void>;
  readonly setLocalDescription: (description: RTCLocalSessionDescriptionInit) => Promise<void>;
  readonly createAnswer: () => Promise<RTCSessionDescriptionInit>;
}

/** From now on an offer that changes numbers is set behind one without them, of which nobody else hears. */
export function releasePayloads(connection: Descriptions): void {
  const set = connection.setRemoteDescription.bind(connection);
  connection.setRemoteDescription = async (description: RTCSessionDescriptionInit): Promise<void> => {
    const { localDescription: local, remoteDescription: remote } = connection;
    const before =
      description.type === 'offer' && local !== null && remote !== null
        ? offerBefore(local.sdp, remote.sdp, description.sdp ?? '')
        : null;
    if (before !== null) {
      await set({ type: 'offer', sdp: before });
      await connection.setLocalDescription(await connection.createAnswer());
    }
    await set(description);
  };
}
