import { lazy, Suspense, useEffect } from 'react';
import type { AppState } from '../../state/app-state';
import { useSelected, useStore } from '../../state/use-store';
import { AppContext } from '../kit/app-context';
import { LiveColumn } from '../live/LiveColumn';
import { placeCall } from '../kit/place-call';
import { CallBar } from './CallBar';
import { LiveRegions } from './LiveRegions';
import { LockedScreen } from './LockedScreen';
import { NavigationRail } from './NavigationRail';
import { Notices } from './Notices';
import { PhoneScreen } from './PhoneScreen';
import { RemoteAudio } from './RemoteAudio';
import { ShortcutsDialog } from './ShortcutsDialog';
import { StatusBar } from './StatusBar';
import { useKeyboard } from './use-keyboard';
import { useTheme } from './use-theme';
import { WindowTitle } from './WindowTitle';

// An agent opens the settings once a month: they wait outside until then, and zod with them.
const SettingsScreen = lazy(async () => ({ default: (await import('./SettingsScreen')).SettingsScreen }));

/** Calls what somebody chose in the menu of a right click. */
function useAskedCalls(state: AppState): void {
  useEffect(
    () => state.onDialAsked((text) => void placeCall(state, text === '' ? state.view.get().typed : text)),
    [state],
  );
}

/** The phone window, or what stands in its place while the phone is locked. */
export function App({ state }: { readonly state: AppState }) {
  useTheme(state);
  const lockedBy = useSelected(state.phoneLock, (lock) => lock?.lockedBy ?? null);
  return (
    <AppContext value={state}>
      {lockedBy === null ? <PhoneWindow state={state} /> : <LockedScreen lockedBy={lockedBy} />}
    </AppContext>
  );
}

function PhoneWindow({ state }: { readonly state: AppState }) {
  useKeyboard(state);
  useAskedCalls(state);
  const { screen } = useStore(state.view);
  return (
    <div className="window" data-screen={screen}>
      <StatusBar />
      <NavigationRail />
      <main className="content">
        {screen === 'settings' ? (
          <Suspense fallback={<div className="settings" aria-busy="true" />}>
            <SettingsScreen />
          </Suspense>
        ) : (
          <>
            <h1 className="visually-hidden">{screen === 'live' ? 'Live' : 'Phone'}</h1>
            <PhoneScreen />
            <LiveColumn />
          </>
        )}
      </main>
      <CallBar />
      <RemoteAudio />
      <LiveRegions />
      <WindowTitle />
      <ShortcutsDialog />
      <Notices />
    </div>
  );
}
