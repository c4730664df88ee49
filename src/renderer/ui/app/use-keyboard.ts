import { useEffect } from 'react';
import type { Call } from '../../../contracts/call/call';
import type { AppState } from '../../state/app-state';
import { canAnswer, canHold, canResume, canSendDigits, inOrder, isLive, layoutOf } from '../../state/call-views';
import { activeProfile, hasSip } from '../../state/profiles-store';
import { cardOf, focusCall, focusDialField, focusKind } from '../kit/focus';
import { commandFor, type Command } from '../kit/keyboard';
import { saySentence } from '../kit/notices';
import { placeCall } from '../phone/place-call';

const hasFocus = (call: Call): boolean => cardOf(call.id)?.contains(document.activeElement) === true;

/** A line with an assistant has no field for a number. */
const dialsNumbers = ({ profiles }: AppState): boolean => {
  const line = activeProfile(profiles.get());
  return line === null || hasSip(line);
};

function perform(state: AppState, command: Command): void {
  const { phone, view } = state;
  const layout = layoutOf(phone.get());
  // The call whose card has the focus, else the large one; for Enter and Esc the first that rings.
  const call = layout.lines.find(hasFocus) ?? layout.main;
  const live = call !== null && isLive(call) ? call : null;
  const ringing = layout.incoming.find(hasFocus) ?? layout.incoming[0];
  switch (command.kind) {
    case 'answer':
      if (ringing !== undefined) void phone.answer(ringing.id);
      break;
    case 'decline':
      if (ringing !== undefined) phone.end(ringing.id);
      break;
    case 'call':
      if (view.get().typed.trim() !== '') void placeCall(state);
      break;
    case 'close':
      view.change({ keypadCallId: null });
      break;
    case 'mute':
      if (live !== null) phone.setMuted(live.id, !live.muted);
      break;
    case 'hold':
      if (live !== null && canResume(live)) phone.resume(live.id);
      else if (live !== null && canHold(live)) phone.hold(live.id);
      break;
    case 'keypad':
      if (live !== null && canSendDigits(live))
        view.change({ keypadCallId: view.get().keypadCallId === live.id ? null : live.id });
      break;
    case 'send-after':
      if (live?.after?.[0]?.when === 'ask') phone.sendAfter(live.id);
      break;
    case 'help':
      view.change({ shortcutsOpen: true });
      break;
    case 'digit': {
      const { keypadCallId, typed } = view.get();
      const onCall = live !== null && (live.id === keypadCallId || hasFocus(live));
      if (onCall && canSendDigits(live)) {
        if (command.digit !== '+') phone.sendDigits(live.id, command.digit);
      } else if (onCall) saySentence('Digits can be sent when the call is up.');
      else if (dialsNumbers(state)) {
        view.change({ screen: 'phone', typed: typed + command.digit });
        focusDialField();
      }
      break;
    }
    case 'choose': {
      const chosen = inOrder(layout)[command.position - 1];
      if (chosen !== undefined) focusCall(chosen.id);
      break;
    }
  }
}

/** Listens to the keys of the whole window. */
export function useKeyboard(state: AppState): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      const { calls } = state.phone.get();
      const command = commandFor(
        { key: event.key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey, repeat: event.repeat },
        {
          focus: focusKind(document.activeElement),
          overlay:
            document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null,
          incoming: calls.some(canAnswer),
          live: calls.some((call) => isLive(call) && !canAnswer(call)),
          keypadOpen: state.view.get().keypadCallId !== null,
        },
      );
      if (command === null) return;
      event.preventDefault();
      perform(state, command);
    }
    // Before the components: they keep the keys that they use to themselves.
    window.addEventListener('keydown', onKeyDown, true);
    return () => window.removeEventListener('keydown', onKeyDown, true);
  }, [state]);
}
