import { useEffect } from 'react';
import type { Call } from '../../../contracts/call/call';
import { chordsWith } from '../../../contracts/shortcuts';
import type { AppState } from '../../state/app-state';
import { inOrder, isLive, layoutOf } from '../../state/call-views';
import { activeProfile, hasSip } from '../../state/profiles-store';
import { cardOf, focusCall, focusDialField, focusKind, hasOverlay, noteTyping } from '../kit/focus';
import { commandFor, type Command } from '../kit/keyboard';
import { saySentence } from '../kit/notices';

const hasFocus = (call: Call): boolean => cardOf(call.id)?.contains(document.activeElement) === true;
const isSeen = (call: Call): boolean => cardOf(call.id)?.checkVisibility() === true;
/** Its buttons take a press: not in the moment in which it came. */
const takesAnswer = (call: Call): boolean =>
  (cardOf(call.id)?.querySelector('[data-first-choice]:not([aria-disabled="true"])') ?? null) !== null;

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
  const ringing = layout.incoming.find(hasFocus) ?? layout.incoming.find(isSeen);
  switch (command.kind) {
    case 'answer':
      if (ringing !== undefined && takesAnswer(ringing)) phone.act(ringing.id, { verb: 'answer' });
      break;
    case 'decline':
      if (ringing !== undefined && takesAnswer(ringing)) phone.act(ringing.id, { verb: 'end' });
      break;
    case 'close':
      view.change({ keypadCallId: null });
      break;
    case 'mute':
      if (live !== null) phone.act(live.id, { verb: 'mute', on: !live.muted });
      break;
    case 'hold':
      if (live !== null && live.can.includes('resume')) phone.act(live.id, { verb: 'resume' });
      else if (live !== null && live.can.includes('hold')) phone.act(live.id, { verb: 'hold' });
      break;
    case 'keypad':
      if (live !== null && live.can.includes('send-digits'))
        view.change({ keypadCallId: view.get().keypadCallId === live.id ? null : live.id });
      break;
    case 'end':
      if (live !== null) phone.act(live.id, { verb: 'end' });
      break;
    case 'send-after':
      if (live?.after?.[0]?.when === 'ask') phone.act(live.id, { verb: 'send-after' });
      break;
    case 'help':
      view.change({ shortcutsOpen: true });
      break;
    case 'digit': {
      const { keypadCallId, typed } = view.get();
      const onCall = live !== null && (live.id === keypadCallId || hasFocus(live));
      if (onCall && live.can.includes('send-digits')) {
        if (command.digit !== '+') phone.act(live.id, { verb: 'send-digits', digits: command.digit });
      } else if (onCall) saySentence('Digits can be sent when the call is up.');
      else if (dialsNumbers(state)) {
        view.change({ screen: 'phone', typed: typed + command.digit });
        focusDialField();
      }
      break;
    }
    case 'choose': {
      const chosen = inOrder(layout)[command.position - 1];
      if (chosen === undefined) break;
      view.change({ screen: 'phone' });
      // The card is there after the next render.
      requestAnimationFrame(() => focusCall(chosen.id));
      break;
    }
  }
}

/** Listens to the keys of the whole window. */
export function useKeyboard(state: AppState): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      // While a new key is chosen, each press is that.
      if (event.defaultPrevented || event.isComposing || state.view.get().choosingKey) return;
      const { shortcuts, shortcutsOn } = state.settings.get();
      const layout = layoutOf(state.phone.get());
      const { keypadCallId, screen } = state.view.get();
      const live = [...(layout.main === null ? [] : [layout.main]), ...layout.lines].filter(isLive);
      const command = commandFor(
        {
          key: event.key,
          ctrl: event.ctrlKey,
          shift: event.shiftKey,
          alt: event.altKey,
          meta: event.metaKey,
          repeat: event.repeat,
        },
        {
          focus: focusKind(document.activeElement, event.timeStamp),
          onCall: live.some(hasFocus),
          overlay: hasOverlay(),
          ringing: layout.incoming.some(isSeen),
          live: live.length > 0,
          tool: keypadCallId !== null && live.some(({ id }) => id === keypadCallId) && screen === 'phone',
          dialler: screen === 'phone',
        },
        shortcutsOn ? chordsWith(shortcuts) : null,
      );
      if (command === null) return;
      event.preventDefault();
      perform(state, command);
    }
    const onInput = (event: Event): void => noteTyping(event.timeStamp);
    // Before the components: they keep the keys that they use to themselves.
    window.addEventListener('keydown', onKeyDown, true);
    window.addEventListener('input', onInput, true);
    return () => {
      window.removeEventListener('keydown', onKeyDown, true);
      window.removeEventListener('input', onInput, true);
    };
  }, [state]);
}
