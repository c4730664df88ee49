/** The microphones and speakers this computer has. */
import { createStore, type Store } from '../base/store';

export interface Device {
  /** As the browser names it; what settings keep. */
  readonly id: string;
  readonly label: string;
}
export interface DeviceLists {
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
}

export interface DevicesStore extends Store<DeviceLists> {
  /** Asks (again), and watches for plugs from then on. Not at the start: Chromium starts a process of its own to answer. */
  readonly refresh: () => Promise<void>;
}

/** The part of `navigator.mediaDevices` that is used. */
export type DevicePort = Pick<MediaDevices, 'enumerateDevices' | 'addEventListener'>;

/** Sorts the browser's list; its 'default' and 'communications' aliases are left out: null stands for the system's default. */
export function listsFrom(infos: readonly Pick<MediaDeviceInfo, 'deviceId' | 'kind' | 'label'>[]): DeviceLists {
  const named = (kind: MediaDeviceKind, fallback: string): Device[] =>
    infos
      .filter(
        (info) =>
          info.kind === kind &&
          info.deviceId !== '' &&
          info.deviceId !== 'default' &&
          info.deviceId !== 'communications',
      )
      .map((info, index) => ({
        id: info.deviceId,
        label: info.label === '' ? `${fallback} ${index + 1}` : info.label.replace(/ \([0-9a-f]{4}:[0-9a-f]{4}\)$/, ''),
      }));
  return { microphones: named('audioinput', 'Microphone'), speakers: named('audiooutput', 'Speaker') };
}

/** Makes the store over the browser's devices. */
export function createDevicesStore(port: DevicePort): DevicesStore {
  const store = createStore<DeviceLists>({ microphones: [], speakers: [] });
  let watching = false;
  async function refresh(): Promise<void> {
    if (!watching) {
      watching = true;
      port.addEventListener('devicechange', () => void refresh());
    }
    const lists = listsFrom(await port.enumerateDevices().catch(() => []));
    if (JSON.stringify(lists) !== JSON.stringify(store.get())) store.set(lists);
  }
  return { get: store.get, subscribe: store.subscribe, refresh };
}
