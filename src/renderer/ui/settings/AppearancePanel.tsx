import { Minus, Plus } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components/RadioGroup';
import type { Settings } from '../../../contracts/settings';
import { ACTUAL_ZOOM, ZOOM_STEPS, zoomAfter, type ZoomChange } from '../../../contracts/zoom';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { DeviceChoices } from '../kit/DeviceChoices';
import { sayFailure } from '../kit/notices';
import { IconButton } from '../kit/IconButton';

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
      <ZoomChoice />
      <div className="settings-card narrow">
        <DeviceChoices />
      </div>
    </>
  );
}

/** How large everything is drawn; Ctrl and +, - and 0 do the same. */
function ZoomChoice() {
  const { settings } = useApp();
  const zoom = useSelected(settings, (value) => value.zoom);
  async function step(change: ZoomChange): Promise<void> {
    const result = await settings.change({ zoom: zoomAfter(settings.get().zoom, change) });
    if (!result.ok) sayFailure(result.failure);
  }
  return (
    <div className="settings-card narrow">
      <div className="zoom-row" role="group" aria-labelledby="zoom-label">
        <span id="zoom-label" className="field-label">
          Size of everything
        </span>
        <IconButton
          className="icon-button sunken"
          label="Zoom out"
          isDisabled={zoom <= ZOOM_STEPS[0]}
          onPress={() => void step('out')}
        >
          <Minus size={16} aria-hidden="true" />
        </IconButton>
        <output className="zoom-percent" aria-label="Zoom">
          {zoom} %
        </output>
        <IconButton
          className="icon-button sunken"
          label="Zoom in"
          isDisabled={zoomAfter(zoom, 'in') === zoom}
          onPress={() => void step('in')}
        >
          <Plus size={16} aria-hidden="true" />
        </IconButton>
        <Button className="button" isDisabled={zoom === ACTUAL_ZOOM} onPress={() => void step('reset')}>
          Actual size
        </Button>
      </div>
    </div>
  );
}
