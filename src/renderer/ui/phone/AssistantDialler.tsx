import { Phone } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { Profile } from '../../../contracts/profile/profile';
import { givesTokensOnly, TOKENS_ONLY } from '../../../contracts/profile/provider-facts';
import { isLive } from '../../state/call-views';
import { hasAssistant } from '../../state/profiles-store';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { placeCall } from '../kit/place-call';

/** Stands where the dialler stands, on a line that has no numbers to dial: its assistant is called, or nobody. */
export function AssistantDialler({ line }: { readonly line: Profile }) {
  const app = useApp();
  const busy = useSelected(app.phone, ({ calls }) => calls.some(isLive));
  if (givesTokensOnly(line.provider.kind)) return <p className="assistant-note">{TOKENS_ONLY}</p>;
  if (!hasAssistant(line))
    return <p className="assistant-note">This line places no calls. What happens on it shows in the live column.</p>;
  const about =
    line.provider.kind === 'openai-realtime' ? `${line.provider.model} · voice ${line.provider.voice}` : line.name;
  return (
    <div className="assistant-dialler">
      <Button className="call-out" isDisabled={busy} onPress={() => void placeCall(app, '')}>
        <Phone size={20} aria-hidden="true" />
        Call assistant
      </Button>
      <p className="assistant-note">{about}</p>
    </div>
  );
}
