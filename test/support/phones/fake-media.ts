/** Media objects for Node: tracks and streams that keep their promises and carry no sound. */

let counter = 0;

export class FakeTrack extends EventTarget {
  readonly kind = 'audio';
  readonly id: string;
  readonly label: string;
  enabled = true;
  muted = false;
  readyState: 'live' | 'ended' = 'live';
  /** Copies made of this track. */
  readonly clones: FakeTrack[] = [];
  constructor(label = 'Fake microphone') {
    super();
    counter += 1;
    this.id = `track-${counter}`;
    this.label = label;
  }
  clone(): FakeTrack {
    const copy = new FakeTrack(this.label);
    copy.enabled = this.enabled;
    this.clones.push(copy);
    return copy;
  }
  stop(): void {
    this.readyState = 'ended';
  }
  /** The device was pulled. */
  unplug(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
    for (const copy of this.clones) if (copy.readyState === 'live') copy.unplug();
  }
}

export class FakeStream {
  readonly id: string;
  private readonly tracks: FakeTrack[];
  constructor(tracks: readonly FakeTrack[] = []) {
    counter += 1;
    this.id = `stream-${counter}`;
    this.tracks = [...tracks];
  }
  getTracks(): FakeTrack[] {
    return [...this.tracks];
  }
  getAudioTracks(): FakeTrack[] {
    return this.getTracks();
  }
  getVideoTracks(): FakeTrack[] {
    return [];
  }
  addTrack(track: FakeTrack): void {
    this.tracks.push(track);
  }
}

/** The same object under the browser's type, which Node's compiler knows and Node itself does not have. */
export function asMediaStream(stream: FakeStream): MediaStream {
  return stream as unknown as MediaStream;
}
