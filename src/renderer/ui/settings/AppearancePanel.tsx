import { Label } from 'react-aria-components/Label';
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components/RadioGroup';
import type { Settings } from '../../../contracts/settings';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { DeviceChoices } from '../kit/DeviceChoices';
import { sayFailure } from '../kit/notices';

const THEMES: readonly { readonly id: Settings['theme']; readonly label: string }[] = [
  { id: 'system', label: 'As the system' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
];

/** Light or dark, and the sound devices. */
export function AppearancePanel() {
  const { settings } = useApp();
  const theme = useSelected(settings, (value) => value.theme);
  async function change(id: string): Promise<void> {
    const chosen = THEMES.find((entry) => entry.id === id);
    if (chosen === undefined) return;
    const result = await settings.change({ theme: chosen.id });
    if (!result.ok) sayFailure(result.failure);
  }
  return (
    <>
      <div className="panel-head">
        <h1>Appearance and sound</h1>
      </div>
      <div className="settings-card narrow">
        <RadioGroup className="segments" value={theme} onChange={(id) => void change(id)} orientation="horizontal">
          <Label className="field-label">Theme</Label>
          <div className="segment-row">
            {THEMES.map(({ id, label }) => (
              <RadioField key={id} value={id} className="segment-field">
                <RadioButton className="segment">{label}</RadioButton>
              </RadioField>
            ))}
          </div>
        </RadioGroup>
      </div>
      <div className="settings-card narrow">
        <DeviceChoices />
      </div>
    </>
  );
}
