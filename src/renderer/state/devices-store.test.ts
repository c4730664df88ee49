import { describe, expect, it } from 'vitest';
import { createDevicesStore, listsFrom } from './devices-store';

const device = (kind: MediaDeviceKind, deviceId: string, label = '') => ({
  kind,
  deviceId,
  label,
  groupId: '',
  toJSON: () => null,
});

describe('devices', () => {
  it('are sorted by kind, without aliases, and the unnamed are numbered', () => {
    expect(
      listsFrom([
        device('audioinput', 'default', 'Default - Headset'),
        device('audioinput', 'communications', 'Communications - Headset'),
        device('audioinput', 'm1', 'Headset (0b0e:24c9)'),
        device('audioinput', 'm2'),
        device('audiooutput', 's1', 'Speakers'),
        device('videoinput', 'v1', 'Camera'),
        device('audioinput', ''),
      ]),
    ).toEqual({
      microphones: [
        { id: 'm1', label: 'Headset' },
        { id: 'm2', label: 'Microphone 2' },
      ],
      speakers: [{ id: 's1', label: 'Speakers' }],
    });
  });

  it('are asked again when a plug is pulled', async () => {
    let plugged = [device('audioinput', 'm1', 'One')];
    let onChange = (): void => undefined;
    const store = createDevicesStore({
      enumerateDevices: () => Promise.resolve(plugged),
      addEventListener: (_name: string, listener: unknown) => {
        if (typeof listener === 'function') onChange = () => void Reflect.apply(listener, undefined, []);
      },
    });
    expect(store.get().microphones).toEqual([]);
    await store.refresh();
    await expect.poll(() => store.get().microphones.length).toBe(1);
    const before = store.get();
    await store.refresh();
    expect(store.get()).toBe(before);
    plugged = [];
    onChange();
    await expect.poll(() => store.get().microphones.length).toBe(0);
  });
});
