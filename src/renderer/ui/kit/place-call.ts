import type { Call } from '../../../contracts/call/call';
import type { AppState } from '../../state/app-state';
import { focusCall } from './focus';
import { partyTarget } from './format';

let placing = false;

/** Dials what stands in the field. On success the field is empty and the call has the focus; on failure the text stays. */
export async function placeCall(
  { phone, view }: Pick<AppState, 'phone' | 'view'>,
  target: string = view.get().typed,
): Promise<void> {
  // A double click is one call, also while the system asks for the microphone.
  if (placing) return;
  placing = true;
  performance.clearMarks('ringfence:click-call');
  performance.mark('ringfence:click-call');
  const result = await phone.place(target).finally(() => {
    placing = false;
  });
  if (!result.ok) {
    view.change({ typed: target, dialFailure: result.failure, screen: 'phone' });
    return;
  }
  // What was typed meanwhile stays: it is the next number.
  view.change({ typed: view.get().typed === target ? '' : view.get().typed, dialFailure: null, screen: 'phone' });
  // The card is there after the next render.
  requestAnimationFrame(() => focusCall(result.value));
}

/** Puts the card of an ended call away and calls whom it was with, as it was dialled. */
export function callAgain(app: Pick<AppState, 'phone' | 'view'>, call: Call): void {
  app.phone.act(call.id, { verb: 'dismiss' });
  void placeCall(app, call.assistant === true ? '' : (call.dialled ?? partyTarget(call.peer)));
}
