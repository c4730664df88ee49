import { useEffect } from 'react';
import type { Settings } from '../../../contracts/settings';
import type { Device } from '../../state/devices-store';
import { useStore } from '../../state/use-store';
import { useApp } from './app-context';
import { Choice } from './Choice';
import { sayFailure } from './notices';

/** Stands for the system's default device, whose setting is null. */
const DEFAULT = 'default';

/** The three choices of a device; a change counts at once, in running calls too. */
export function DeviceChoices() {
  const { settings, devices } = useApp();
  const chosen = useStore(settings);
  const { microphones, speakers } = useStore(devices);
  useEffect(() => void devices.refresh(), [devices]);

  async function change(part: Partial<Settings>): Promise<void> {
    const result = await settings.change(part);
    if (!result.ok) sayFailure(result.failure);
  }
  const options = (list: readonly Device[], id: string | null) => [
    { id: DEFAULT, label: "System's default" },
    ...list,
    ...(id === null || list.some((device) => device.id === id) ? [] : [{ id, label: 'Not connected now' }]),
  ];
  const valueOf = (id: string): string | null => (id === DEFAULT ? null : id);

  return (
    <div className="device-choices">
      <Choice
        label="Microphone"
        options={options(microphones, chosen.microphoneId)}
        value={chosen.microphoneId ?? DEFAULT}
        onChange={(id) => void change({ microphoneId: valueOf(id) })}
      />
      <Choice
        label="Speaker"
        options={options(speakers, chosen.speakerId)}
        value={chosen.speakerId ?? DEFAULT}
        onChange={(id) => void change({ speakerId: valueOf(id) })}
      />
      <Choice
        label="Ringer"
        options={options(speakers, chosen.ringerId)}
        value={chosen.ringerId ?? DEFAULT}
        onChange={(id) => void change({ ringerId: valueOf(id) })}
      />
    </div>
  );
}
